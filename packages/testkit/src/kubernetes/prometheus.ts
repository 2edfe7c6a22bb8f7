import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort } from '../processes/free-port.js';
import { type Program, startProgram } from '../processes/program.js';
import { waitFor } from '../waiting/wait-for.js';
import { type BuiltFiles, provideBuilt } from './built-files.js';

const PROMETHEUS = {
  title: 'Prometheus',
  module: resolve(import.meta.dirname, '../../prometheus'),
  // Debian's is built without the discovery of Kubernetes; that of clouds would be most of what is compiled.
  tags: ['remove_all_sd', 'enable_kubernetes_sd'],
  packages: { prometheus: 'github.com/prometheus/prometheus/cmd/prometheus' },
  sources: {},
} as const;

/** What Prometheus means to scrape. */
export interface Target {
  readonly labels: Readonly<Record<string, string>>;
  readonly scrapeUrl: string;
}

/** Builds it from its Go module where it is missing, once a machine and version: three minutes. @throws Error as `provideBuilt` */
export function provideKubernetesPrometheus(report: (line: string) => void = () => {}): Promise<BuiltFiles<typeof PROMETHEUS>> {
  return provideBuilt(PROMETHEUS, report);
}

/** A real Prometheus that can look for its targets in Kubernetes. */
export class KubernetesPrometheus {
  private constructor(
    private readonly url: string,
    private readonly program: Program,
    private readonly folder: string,
  ) {}

  /** @param configuration YAML @throws Error with what it complained of when it does not take it */
  static async start(configuration: string): Promise<KubernetesPrometheus> {
    const { prometheus } = await provideKubernetesPrometheus();
    const folder = await mkdtemp(join(tmpdir(), 'dts-discovery-'));
    await writeFile(join(folder, 'prometheus.yml'), configuration);
    const port = await freePort();
    const args = ['--config.file=prometheus.yml', '--storage.tsdb.path=data', `--web.listen-address=127.0.0.1:${port}`];
    const program = await startProgram(prometheus, { args, cwd: folder });
    const started = new KubernetesPrometheus(`http://127.0.0.1:${port}`, program, folder);
    const isReady = async () => !program.isRunning || (await fetch(`${started.url}/-/ready`)).ok;
    await waitFor(isReady, { timeoutMs: 60_000, describe: `Prometheus; ${program.tail}` });
    if (program.isRunning) return started;
    await started.stop();
    throw new Error(`Prometheus ended: ${program.tail}`);
  }

  /** As they are found, and called by then. */
  async targets(): Promise<readonly Target[]> {
    const response = await fetch(`${this.url}/api/v1/targets?state=active`);
    return ((await response.json()) as { data: { activeTargets: readonly Target[] } }).data.activeTargets;
  }

  /** Its last lines, for the message of a failure. */
  get tail(): string {
    return this.program.tail;
  }

  async stop(): Promise<void> {
    await this.program.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}
