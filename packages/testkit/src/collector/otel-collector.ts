import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { provideBuilt } from '../kubernetes/built-files.js';
import { freePort } from '../processes/free-port.js';
import { type Program, startProgram } from '../processes/program.js';
import { waitFor } from '../waiting/wait-for.js';

const COLLECTOR = {
  title: 'the OpenTelemetry Collector',
  module: resolve(import.meta.dirname, '../../collector'),
  packages: { collector: '.' },
  sources: {},
} as const;

/** OpenTelemetry's own Collector, of its published parts: takes traces, and hands them on as OTLP in JSON. */
export class OtelCollector {
  private constructor(
    /** Of its OTLP over HTTP. */
    readonly url: string,
    private readonly program: Program,
    private readonly folder: string,
  ) {}

  /**
   * Builds it where it is missing, once a machine and version: a minute.
   * @param backend URL to which `/v1/traces` is appended
   * @throws Error as `provideBuilt`; with its last output when it does not come up
   */
  static async start(backend: string): Promise<OtelCollector> {
    const { collector } = await provideBuilt(COLLECTOR, (line) => void process.stderr.write(`${line}\n`));
    const folder = await mkdtemp(join(tmpdir(), 'dts-collector-'));
    const port = await freePort();
    await writeFile(join(folder, 'collector.yml'), JSON.stringify(configuration(port, backend)));
    const program = await startProgram(collector, { args: ['--config=file:collector.yml'], cwd: folder });
    const started = new OtelCollector(`http://127.0.0.1:${port}`, program, folder);
    const isUp = async () => program.output.includes('Everything is ready');
    await waitFor(isUp, { timeoutMs: 30_000, describe: `the collector; ${program.tail}` });
    return started;
  }

  async stop(): Promise<void> {
    await this.program.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** JSON is YAML. */
function configuration(port: number, backend: string): object {
  return {
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    exporters: { otlp_http: { endpoint: backend, encoding: 'json', compression: 'none' } },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { traces: { receivers: ['otlp'], exporters: ['otlp_http'] } },
    },
  };
}
