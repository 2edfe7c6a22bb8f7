import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { freePort, type Program, startNode, waitFor } from '@dts/testkit';

const PACKAGE = resolve(import.meta.dirname, '../..');
const SMALL_APP = join(import.meta.dirname, 'small-app.mjs');

/** A checkout with this package as it is built, and small programs in the place of the apps. */
export class SmallCheckout {
  readonly root = mkdtempSync(join(tmpdir(), "dts local's "));
  readonly #programs: Program[] = [];

  constructor() {
    const local = join(this.root, 'packages', 'local');
    mkdirSync(local, { recursive: true });
    for (const name of ['dist', 'package.json']) cpSync(join(PACKAGE, name), join(local, name), { recursive: true });
    symlinkSync(join(PACKAGE, 'node_modules'), join(local, 'node_modules'));
    for (const app of ['gateway', 'worker', 'scaler']) cpSync(SMALL_APP, join(this.root, 'apps', app, 'dist', 'main.js'));
  }

  /** A file of the data directory. */
  data(...path: string[]): string {
    return join(this.root, '.data', ...path);
  }

  /** Runs the built `main` (the stack) or `workers`. */
  async run(entry: 'main' | 'workers', env: Readonly<Record<string, string>> = {}, args: readonly string[] = []): Promise<Program> {
    const program = await startNode(join(this.root, 'packages/local/dist', `${entry}.js`), { env, args });
    this.#programs.push(program);
    return program;
  }

  /** Runs the stack until its banner is there. */
  async startStack(env: Readonly<Record<string, string>> = {}): Promise<RunningStack> {
    const program = await this.run('main', { PORT: String(await freePort()), ...env });
    await waitFor(() => program.stdout.includes('is ready'), { timeoutMs: 15_000, describe: `the banner; ${program.tail}` });
    return new RunningStack(program);
  }

  /** Ends what still runs, and deletes everything. */
  async remove(): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.stop()));
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

type SmallApp = 'gateway' | 'worker' | 'scaler';

/** A stack of small apps, as its banner tells of it. */
export class RunningStack {
  readonly urls: Readonly<Record<SmallApp, string>>;

  constructor(readonly program: Program) {
    const urlOf = (app: SmallApp) => new RegExp(`(http://\\S+)/metrics {2}\\(${app}[-)]`).exec(program.stdout)?.[1] ?? '';
    this.urls = { gateway: urlOf('gateway'), worker: urlOf('worker'), scaler: urlOf('scaler') };
  }

  /** Has an app do something; see small-app.mjs. */
  async ask(app: SmallApp, action: string): Promise<string> {
    const response = await fetch(`${this.urls[app]}/${action}`);
    return response.text();
  }

  async self(app: SmallApp): Promise<{ pid: number; env: Record<string, string> }> {
    return JSON.parse(await this.ask(app, 'self'));
  }

  /** Every process of the stack but its supervisor. */
  async pids(redisRecord: string): Promise<number[]> {
    const apps = await Promise.all((['gateway', 'worker', 'scaler'] as const).map((app) => this.self(app)));
    return [...apps.map(({ pid }) => pid), JSON.parse(readFileSync(redisRecord, 'utf8')).pid];
  }
}

/** Ended, though whoever inherited it may not have collected it yet. */
export function isGone(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || readFileSync(stat, 'utf8').includes(') Z ');
}
