import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type App, freePort, type Program, startApp, startNode, waitFor } from '@dts/testkit';
import { Redis } from 'ioredis';
import { Api } from '../api.js';

const ENTRY = resolve(import.meta.dirname, '../../../local/dist/main.js');
const START_MS = 60_000;
/** Milliseconds that a job may take: longer than any test holds one. */
const LONG_MS = 300_000;
/** Milliseconds: what is decided is a matter of a second, and a worker has to start on a machine that others use, too. */
export const PATIENCE = { timeoutMs: 40_000 };

/** A pool as the scaler tells it. */
export interface PoolState {
  readonly pool: string;
  readonly mode: string;
  readonly max: number;
  readonly current: number | null;
  readonly desired: number | null;
  readonly workers: number | null;
  readonly draining: readonly string[];
  readonly problem: string | null;
  readonly decision: { readonly at: string; readonly reason: string; readonly signal: { readonly state: string } } | null;
}

export interface Scaling {
  readonly items: readonly PoolState[];
  readonly leader: string | null;
  readonly leads: boolean;
  readonly policy: { readonly problem: string | null };
}

interface DecisionEntry {
  readonly at: string;
  readonly current: number | null;
  readonly desired: number | null;
  readonly steps: readonly { readonly name: string; readonly value: number }[];
}

/** Workers of 5 slots, seconds where production has minutes; everything else as it ships. */
export interface PoolSettings {
  readonly min?: number;
  readonly max?: number;
  readonly more?: string;
}

export function ioPolicy({ min = 1, max = 3, more = '' }: PoolSettings = {}): string {
  return `mode: enforce
pools:
  io:
    queues: [io]
    target: { kind: local-process }
    min: ${min}
    max: ${max}
    pickUpTarget: 5s
    drainTarget: 10s
    coldStart: 3s
    cooldown: 2s
    scaleUp: { percent: 100, workers: 4, period: 2s }
    scaleDown: { percent: 100, workers: 4, period: 1s, stabilization: 3s }
    ${more}
`;
}

/** What `npm start` runs, with a policy of the test's. */
export class LocalStack {
  private constructor(
    readonly program: Program,
    readonly folder: string,
    readonly port: number,
    readonly api: Api,
    readonly redis: Redis,
    readonly scalerUrl: string,
  ) {}

  static async start(policy: string, env: Readonly<Record<string, string>> = {}): Promise<LocalStack> {
    const folder = await mkdtemp(join(tmpdir(), 'dts-scaling-'));
    await writeFile(join(folder, 'policy.yaml'), policy);
    const port = await freePort();
    const program = await startNode(ENTRY, {
      env: {
        DATA_DIR: join(folder, 'data'),
        PORT: String(port),
        SCALER_POLICY: join(folder, 'policy.yaml'),
        SIGNAL_INTERVAL: '500',
        QUEUES: 'io:5,rate-limited,cpu',
        ...env,
      },
    });
    const ready = () => program.stdout.includes('is ready') || !program.isRunning;
    await waitFor(ready, { timeoutMs: START_MS, describe: 'the banner' }).catch((error: Error) => error);
    if (!program.stdout.includes('is ready')) {
      await program.kill();
      throw new Error(`npm start did not get ready; ${program.tail}`);
    }
    const read = async (name: string) => (await readFile(join(folder, 'data', name), 'utf8')).trim();
    const redis = new Redis(await read('redis-url')).on('error', () => {});
    const scalerUrl = /(http:\/\/\S+)\/metrics {2}\(scaler\)/.exec(program.stdout)?.[1] ?? '';
    return new LocalStack(program, folder, port, new Api(`http://127.0.0.1:${port}`, await read('api-key')), redis, scalerUrl);
  }

  async setPolicy(policy: string): Promise<void> {
    await writeFile(join(this.folder, 'policy.yaml'), policy);
  }

  async scaling(url = this.scalerUrl): Promise<Scaling> {
    return (await (await fetch(`${url}/v1/pools`)).json()) as Scaling;
  }

  async pool(name = 'io'): Promise<PoolState> {
    const found = (await this.scaling()).items.find(({ pool }) => pool === name);
    if (!found) throw new Error(`no pool ${name}`);
    return found;
  }

  /** The newest first. */
  async decisions(limit = 100): Promise<readonly DecisionEntry[]> {
    const response = await fetch(`${this.scalerUrl}/v1/decisions?pool=io&limit=${limit}`);
    return ((await response.json()) as { items: DecisionEntry[] }).items;
  }

  /** Resolves when the target of the pool is set to so many workers, and so many fetch. */
  async untilWorkers(count: number): Promise<void> {
    const there = async () => {
      const { current, workers, draining } = await this.pool();
      return current === count && workers === count && draining.length === 0;
    };
    await waitFor(there, { ...PATIENCE, describe: `${count} workers; ${this.program.tail}` });
  }

  async pin(replicas: number, forSeconds = 600): Promise<void> {
    const key = (await readFile(join(this.folder, 'data', 'api-key'), 'utf8')).trim();
    const response = await fetch(`${this.scalerUrl}/v1/pools/io/pin`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ replicas, forSeconds }),
    });
    if (response.status !== 200) throw new Error(`the pin was answered ${response.status}: ${await response.text()}`);
  }

  /** Submits jobs that call a URL, a thousand in a request. @returns their ids */
  async submitMany(count: number, url: string): Promise<string[]> {
    const ids: string[] = [];
    while (ids.length < count) {
      const jobs = Array.from({ length: Math.min(1_000, count - ids.length) }, () => ({
        name: 'http.request',
        payload: { url, timeout: LONG_MS },
        timeout: LONG_MS,
      }));
      const { body } = await this.api.call<{ results: { job: { id: string } }[] }>('POST', '/v1/jobs:batch', { jobs });
      ids.push(...body.results.map(({ job }) => job.id));
    }
    return ids;
  }

  /** Jobs of the queue that are done, ever. */
  async completed(): Promise<number> {
    return (await this.api.call<{ counts: { completed: number } }>('GET', '/v1/queues/io')).body.counts.completed;
  }

  async untilCompleted(count: number, timeoutMs = 60_000): Promise<void> {
    const done = async () => (await this.completed()) >= count;
    await waitFor(done, { timeoutMs, describe: `${count} completed jobs; ${this.program.tail}` });
  }

  /** Another scaler on the same Redis, whose pools have no workers of their own. */
  startScaler(): Promise<App> {
    const { host = '127.0.0.1', port, password } = this.redis.options;
    const policy = join(this.folder, 'other-policy.yaml');
    const env = { REDIS_URL: `redis://:${password}@${host}:${port}`, SCALER_POLICY: policy, SIGNAL_INTERVAL: '500' };
    return writeFile(policy, ioPolicy().replace('local-process', 'dry-run')).then(() => startApp('scaler', { env }));
  }

  async stop(): Promise<void> {
    this.redis.disconnect();
    await this.program.stop(60_000);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
