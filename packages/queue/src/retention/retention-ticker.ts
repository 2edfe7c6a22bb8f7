import type { RedisClient } from '../connection.js';
import { FailureStreak } from '../failure-streak.js';
import { Loop } from '../loop.js';
import type { Queues } from '../queues.js';
import { Retention } from './retention.js';

/** Milliseconds between two steps, whichever gateway makes them, and the most that one gateway goes on at a time. */
const STEP_MS = 5_000;

/** Sees to it that jobs are kept no longer than they are to be. Any number of gateways may: one of them does at a time. */
export class RetentionTicker {
  private readonly retention: Retention;
  private readonly failures: FailureStreak;
  private readonly loop = new Loop(() => this.work());

  constructor(
    queues: Queues,
    private readonly redis: RedisClient,
    private readonly prefix: string,
    onError: (error: Error) => void,
  ) {
    this.retention = new Retention(queues, redis, prefix);
    this.failures = new FailureStreak(onError);
  }

  start(): void {
    this.loop.start();
  }

  /** Resolves when the step that is under way has ended. */
  stop(): Promise<void> {
    return this.loop.stop();
  }

  private async work(): Promise<number> {
    try {
      const isOurs = (await this.redis.set(`${this.prefix}:retention:turn`, '1', 'PX', STEP_MS, 'NX')) !== null;
      if (isOurs) await this.takeTurn();
      this.failures.end();
    } catch (error) {
      this.failures.add(error as Error);
    }
    return STEP_MS;
  }

  private async takeTurn(): Promise<void> {
    const end = performance.now() + STEP_MS;
    for (let more = true; more && !this.loop.isStopped && performance.now() < end; ) more = await this.retention.tend();
  }
}
