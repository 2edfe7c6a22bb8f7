import { resolve } from 'node:path';
import { freePort } from '../processes/free-port.js';
import { type Exit, type Program, type ProgramOptions, startNode } from '../processes/program.js';
import { waitFor } from '../waiting/wait-for.js';

const REPOSITORY = resolve(import.meta.dirname, '../../../..');

export type AppName = 'gateway' | 'worker' | 'scaler';

export interface AppOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Answers 200 once the app is up; `/readyz` unless given. Use `/healthz` for an app that starts without Redis. */
  readonly readyPath?: string;
  /** Milliseconds to be up; 15,000 unless given. */
  readonly timeoutMs?: number;
  readonly outputFile?: ProgramOptions['outputFile'];
}

/** A built app as its own process. */
export class App {
  constructor(
    readonly port: number,
    readonly program: Program,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.program.pid;
  }

  get output(): string {
    return this.program.output;
  }

  /** SIGTERM, and wait; see {@link Program.stop}. */
  stop(timeoutMs?: number): Promise<Exit> {
    return this.program.stop(timeoutMs);
  }

  /** SIGKILL, and wait. */
  kill(): Promise<Exit> {
    return this.program.kill();
  }
}

/** Starts `apps/<name>/dist/main.js` on a free port of loopback. @throws Error with its last output when it does not come up. */
export function startApp(name: AppName, options: AppOptions = {}): Promise<App> {
  return startServer(resolve(REPOSITORY, 'apps', name, 'dist/main.js'), options);
}

/** Starts a server file that reads PORT and HOST; on a free port unless `env` names one, such as that of a killed one. @throws Error with its last output when it does not come up. */
export async function startServer(file: string, options: AppOptions = {}): Promise<App> {
  const port = Number(options.env?.PORT ?? (await freePort()));
  const { outputFile } = options;
  const program = await startNode(file, { env: { HOST: '127.0.0.1', ...options.env, PORT: String(port) }, outputFile });
  const app = new App(port, program);
  try {
    await untilUp(app, options);
    return app;
  } catch (error) {
    await program.kill();
    throw new Error(`${file} did not come up: ${(error as Error).message}; ${program.tail}`);
  }
}

async function untilUp(app: App, options: AppOptions): Promise<void> {
  const { readyPath = '/readyz', timeoutMs = 15_000 } = options;
  await waitFor(
    async () => {
      if (!app.program.isRunning) return 'exited';
      const response = await fetch(app.url + readyPath, { signal: AbortSignal.timeout(2_000) });
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
      return 'up';
    },
    { timeoutMs, describe: `${readyPath} to answer 200` },
  ).then((state) => {
    if (state === 'exited') throw new Error('it exited');
  });
}
