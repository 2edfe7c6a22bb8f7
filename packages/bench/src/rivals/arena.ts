import { fileURLToPath } from 'node:url';
import { type Program, type RedisServer, startNode, startRedis, waitFor } from '@dts/testkit';
import { Redis } from 'ioredis';
import { emptyRedis } from '../empty-redis.js';
import { ContenderProgram } from './contender-program.js';
import type { Postgres } from './postgres.js';
import type { Command, Kind, Rival, Setting } from './rival.js';
import { Tally } from './tally.js';

const RECEIVER = fileURLToPath(new URL('./receiver.js', import.meta.url));

/** Where all contenders run: what stores their jobs, what their jobs call, and what tells which have run. */
export class Arena implements AsyncDisposable {
  private constructor(
    private readonly server: RedisServer,
    private readonly redis: Redis,
    private readonly postgres: Postgres | undefined,
    private readonly tally: Tally,
    private readonly receiver: string,
    private readonly resources: AsyncDisposableStack,
  ) {}

  /** @param postgres none: those that need one are absent */
  static async open(postgres: Postgres | undefined): Promise<Arena> {
    await using opening = new AsyncDisposableStack();
    const server = opening.adopt(await startRedis({ config: { 'auto-aof-rewrite-percentage': '0' } }), (started) => started.stop());
    const redis = opening.adopt(new Redis(server.url), (client) => client.disconnect());
    const tally = opening.use(await Tally.open());
    const receiver = opening.adopt(
      await startNode(RECEIVER, { env: { TALLY: tally.file } }),
      async (running: Program) => void (await running.kill()),
    );
    const url = await waitFor(async () => /^http:\S+$/m.exec(receiver.stdout)?.[0], {
      timeoutMs: 10_000,
      describe: 'the receiver to listen',
    });
    return new Arena(server, redis, postgres, tally, url ?? '', opening.move());
  }

  get redisUrl(): string {
    return this.server.url;
  }

  /** What contenders find in their environment. */
  get env(): Record<string, string> {
    const postgres = this.postgres && { POSTGRES_URL: this.postgres.url };
    return { ...postgres, REDIS_URL: this.redisUrl, RECEIVER_URL: this.receiver, TALLY: this.tally.file };
  }

  async reset(): Promise<void> {
    this.tally.reset();
    await emptyRedis(this.redis);
    await this.postgres?.reset();
  }

  /** Workers first; then all jobs are submitted. @returns seconds from the first submission to the last job that has run */
  async race(rival: Rival, setting: Setting, kind: Kind, jobs: number, signal: AbortSignal): Promise<number> {
    await this.reset();
    await using workers = new AsyncDisposableStack();
    for (let index = 0; index < setting.processes; index++) {
      workers.use(await ContenderProgram.start(rival.worker(setting, index), this.env));
    }
    return await this.time(rival.submit(kind, jobs), jobs, signal);
  }

  /** From the first submission to the last job that has run, in seconds; whoever runs them is there already. */
  async time(submit: Command, jobs: number, signal: AbortSignal): Promise<number> {
    this.tally.reset();
    await using producer = await ContenderProgram.start(submit, this.env);
    const startedAt = performance.now();
    producer.go();
    const over = new AbortController();
    try {
      await Promise.race([this.tally.untilComplete(jobs, AbortSignal.any([signal, over.signal])), producer.fails()]);
      return (performance.now() - startedAt) / 1_000;
    } finally {
      over.abort();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.resources.disposeAsync();
  }
}
