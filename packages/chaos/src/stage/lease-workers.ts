import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { App, findGo, pythonEnvironment, startProgram } from '@dts/testkit';

const PACKAGES = resolve(import.meta.dirname, '../../..');
const PYTHON_SDK = join(PACKAGES, 'worker-python');
const GO_SDK = join(PACKAGES, 'worker-go');
const SLOTS = '16';
/** They serve nothing. */
const NO_PORT = 0;

const run = promisify(execFile);

export type Language = 'python' | 'go';

interface To {
  readonly url: string;
  readonly apiKey: string;
  readonly id: string;
}

/** The workers in other languages that the SDKs are tried with. */
export class LeaseWorkers {
  private constructor(
    private readonly python: string,
    private readonly folder: string,
  ) {}

  /** Why they cannot be built here, if so. */
  static obstacle(): string | undefined {
    const missing = ['python3', 'go'].filter((program) => spawnSync(program, ['--help'], { stdio: 'ignore' }).error !== undefined);
    return missing.length > 0 ? `${missing.join(' and ')} not found on PATH` : undefined;
  }

  static async build(): Promise<LeaseWorkers> {
    const python = join(await pythonEnvironment('dts-worker-python', join(PYTHON_SDK, 'requirements-test.txt')), 'python');
    const folder = await mkdtemp(join(tmpdir(), 'dts-lease-workers-'));
    const { command, env } = await findGo();
    await run(command, ['build', '-o', join(folder, 'go'), './internal/conformance'], { cwd: GO_SDK, env: { ...process.env, ...env } });
    return new LeaseWorkers(python, folder);
  }

  async start(language: Language, { url, apiKey, id }: To): Promise<App> {
    const env = { DTS_URL: url, DTS_API_KEY: apiKey, DTS_WORKER_ID: id, DTS_SLOTS: SLOTS, DTS_GRACE: '30' };
    if (language === 'go') return new App(NO_PORT, await startProgram(join(this.folder, 'go'), { env }));
    const PYTHONPATH = join(PYTHON_SDK, 'src');
    const args = [join(PYTHON_SDK, 'tests/conformance_worker.py')];
    return new App(NO_PORT, await startProgram(this.python, { args, env: { ...env, PYTHONPATH } }));
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
