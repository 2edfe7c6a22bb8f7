import { QUEUE_NAMES, type QueueName } from '@dts/jobs';
import type { RedisClient } from '../connection.js';
import type { Lanes } from '../lanes/lanes.js';
import { Loop } from '../loop.js';
import type { Ranking } from './ranking.js';

/** Milliseconds for which a job that BullMQ itself brings back may be last in line, and for which a rate may be late. */
const LOOK_MS = 100;
/** Looks at queues in which nobody waits, after which they are gone through all the same: a crash may have left lanes to mend. */
const IDLE_LOOKS = 10;

/**
 * Ranks whoever arrives without somebody to tell of it: jobs whose delay or backoff is over, parents whose children have
 * ended, and those whose gateway died between adding and ranking them. And lets go in the lanes what a rate now allows,
 * or whoever was to let it go has died.
 */
export class RankingTicker {
  private readonly loop = new Loop(() => this.look());
  private readonly lines: readonly string[];
  private idleLooks = 0;

  constructor(
    private readonly redis: RedisClient,
    prefix: string,
    private readonly ranking: Ranking,
    private readonly lanes: Lanes,
  ) {
    this.lines = QUEUE_NAMES.flatMap((queue) => [`${prefix}:${queue}:prioritized`, `${prefix}:${queue}:delayed`]);
  }

  start(): void {
    this.loop.start();
  }

  stop(): void {
    void this.loop.stop();
  }

  /** A look that fails is left out: whoever is not ranked runs all the same, only later than it might. */
  private async look(): Promise<number> {
    if (await this.isDue().catch(() => true)) await Promise.all(QUEUE_NAMES.map((queue) => this.lookAt(queue).catch(() => undefined)));
    return LOOK_MS;
  }

  /** Where nobody is in line or parked, one command tells so: an idle stack costs little. */
  private async isDue(): Promise<boolean> {
    const someoneWaits = (await this.redis.exists(...this.lines)) > 0;
    this.idleLooks = someoneWaits ? 0 : (this.idleLooks + 1) % IDLE_LOOKS;
    return this.idleLooks === 0;
  }

  private async lookAt(queue: QueueName): Promise<void> {
    await this.lanes.sweep(queue);
    await this.ranking.rank(queue);
  }
}
