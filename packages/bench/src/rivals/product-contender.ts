import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, type Program, startNode, waitFor } from '@dts/testkit';
import type { Contender, Sample } from '../workload.js';
import type { Arena } from './arena.js';
import type { Kind } from './rival.js';
import { type Amounts, sampleOf } from './rival-contender.js';

/** What `npm start` runs once all is built. */
const STACK = resolve(import.meta.dirname, '../../../local/dist/main.js');
const SUBMIT = fileURLToPath(new URL('./product-submit.js', import.meta.url));
const MARKING = new URL('../../src/rivals/marking-handler.mjs', import.meta.url).href;
const START_MS = 60_000;
const STOP_MS = 60_000;

export const PRODUCT = 'this scheduler';

/** The product as `npm start` runs it: its own Redis, a gateway, a scaler and the workers that this asks for. */
export class ProductContender implements Contender {
  readonly name = PRODUCT;
  readonly does =
    'npm start; Redis; POST /v1/jobs:batch of 1,000, DURABILITY=synced, 500 at once a worker, as many workers as its scaler wants';

  constructor(
    private readonly arena: Arena,
    private readonly amounts: Amounts,
  ) {}

  run(signal: AbortSignal): Promise<Sample> {
    return sampleOf(this.amounts, (kind, jobs) => this.race(kind, jobs, signal));
  }

  private async race(kind: Kind, jobs: number, signal: AbortSignal): Promise<number> {
    await this.arena.reset();
    await using opening = new AsyncDisposableStack();
    const dataDir = opening.adopt(await mkdtemp(join(tmpdir(), 'dts-bench-')), (path) => rm(path, { recursive: true }));
    const port = await freePort();
    const { TALLY } = this.arena.env;
    const marking: Record<string, string> = kind === 'noop' ? { NODE_OPTIONS: `--import=${MARKING}` } : {};
    const env = { DATA_DIR: dataDir, PORT: String(port), TALLY: TALLY ?? '', ...marking };
    const stack = opening.adopt(await startNode(STACK, { env }), async (running: Program) => void (await running.stop(STOP_MS)));
    const url = `http://127.0.0.1:${port}`;
    await waitFor(async () => stack.stdout.includes('is ready') && (await fetch(`${url}/readyz`)).ok, {
      timeoutMs: START_MS,
      describe: 'the stack to be ready',
    });
    const submit = { GATEWAY_URL: url, API_KEY_FILE: join(dataDir, 'api-key') };
    return await this.arena.time({ command: process.execPath, args: [SUBMIT, kind, String(jobs)], env: submit }, jobs, signal);
  }
}
