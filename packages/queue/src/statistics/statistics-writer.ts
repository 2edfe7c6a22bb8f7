import type { QueueName } from '@dts/jobs';
import type { RedisClient } from '../connection.js';
import { Loop } from '../loop.js';
import type { Increments, QueueCounters } from './queue-counters.js';
import { KEPT_MS, SLICE_MS, slicesKey } from './slices.js';

/** Between two flushes, as between two heartbeats. */
const FLUSH_MS = 2_000;

/** Which slice it is, is told by Redis's clock, so that those of processes and machines do not matter. */
const ADD = `
local time = redis.call('TIME')
local slice = math.floor((time[1] * 1000 + time[2] / 1000) / ARGV[1])
local key = KEYS[1] .. ':' .. string.format('%d', slice)
for index = 3, #ARGV, 2 do redis.call('HINCRBY', key, ARGV[index], ARGV[index + 1]) end
return redis.call('PEXPIRE', key, ARGV[2])`;

/**
 * Adds what this process has counted to what the others have, with one command for each queue in use every two seconds,
 * however many jobs there were. A flush that fails is left out: statistics may miss two seconds, and nothing waits for them.
 */
export class StatisticsWriter {
  private readonly loop = new Loop(async () => {
    await this.flush();
    return FLUSH_MS;
  });

  constructor(
    private readonly counters: QueueCounters,
    private readonly redis: RedisClient,
    private readonly prefix: string,
  ) {}

  start(): void {
    this.loop.start(FLUSH_MS);
  }

  /** With a last flush. */
  async stop(): Promise<void> {
    void this.loop.stop();
    await this.flush();
  }

  async flush(): Promise<void> {
    const taken = [...this.counters.take()];
    await Promise.all(taken.map(([queue, increments]) => this.add(queue, increments).catch(() => undefined)));
  }

  private async add(queue: QueueName, increments: Increments): Promise<void> {
    await this.redis.eval(ADD, 1, slicesKey(this.prefix, queue), SLICE_MS, KEPT_MS, ...[...increments].flat());
  }
}
