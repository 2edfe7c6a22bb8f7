import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Program, startNode } from '@dts/testkit';

const PACKAGE = resolve(import.meta.dirname, '../..');
const SMALL_APP = fileURLToPath(new URL('./small-app.mjs', import.meta.url));

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

  get dataDir(): string {
    return join(this.root, '.data');
  }

  /** Runs the built `main` or `workers`. */
  async run(entry: 'main' | 'workers', env: Readonly<Record<string, string>> = {}): Promise<Program> {
    const program = await startNode(join(this.root, 'packages/local/dist', `${entry}.js`), { env });
    this.#programs.push(program);
    return program;
  }

  /** Ends what still runs, and deletes everything. */
  async remove(): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.stop()));
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}
