import { type DueWork, Loop } from '@dts/queue';
import { judge, type Patience, type Watch } from './consumption.js';

/** Looks in the time without a fetch that is tolerated, and milliseconds between two at most. */
const LOOKS = 6;
const LONGEST_LOOK_MS = 5_000;

/** A queue's consumer, as far as the watchdog knows it. */
export interface Consumer {
  readonly queue: string;
  readonly freeSlots: number;
  readonly fetchedAt: number;
}

export interface WatchdogActions<Watched extends Consumer> {
  /** What there is to fetch; undefined or an error while that is unknown. */
  read(consumer: Watched): Promise<DueWork | undefined>;
  restart(consumer: Watched): void;
  giveUp(consumer: Watched): void;
}

/**
 * Liveness by what a worker is for: jobs wait, slots are free, nothing holds the queue, and yet nothing is fetched. Then
 * the queue's consumer is started anew, and where that does not help, the process is given up.
 */
export class Watchdog<Watched extends Consumer> {
  private readonly patience: Patience;
  private readonly watches = new Map<Watched, Watch>();
  private readonly loop = new Loop(() => this.look());

  /** @param silentMs milliseconds without a fetch that are tolerated */
  constructor(
    silentMs: number,
    private readonly actions: WatchdogActions<Watched>,
  ) {
    this.patience = { silentMs, lookMs: Math.min(silentMs / LOOKS, LONGEST_LOOK_MS) };
  }

  start(consumers: readonly Watched[]): void {
    for (const consumer of consumers) this.watches.set(consumer, {});
    this.loop.start(this.patience.lookMs);
  }

  stop(): void {
    void this.loop.stop();
  }

  /** Queues whose consumer was started anew and has fetched nothing since. */
  get unproven(): string[] {
    return [...this.watches].flatMap(([{ queue }, { restartedAt }]) => (restartedAt === undefined ? [] : [queue]));
  }

  private async look(): Promise<number> {
    await Promise.all([...this.watches.keys()].map((consumer) => this.lookAt(consumer)));
    return this.patience.lookMs;
  }

  private async lookAt(consumer: Watched): Promise<void> {
    const work = await this.actions.read(consumer).catch(() => undefined);
    if (this.loop.isStopped) return;
    const { freeSlots, fetchedAt } = consumer;
    const { verdict, watch } = judge(
      this.watches.get(consumer) ?? {},
      { at: performance.now(), work, freeSlots, fetchedAt },
      this.patience,
    );
    this.watches.set(consumer, watch);
    if (verdict === 'restart') this.actions.restart(consumer);
    if (verdict === 'give-up') this.actions.giveUp(consumer);
  }
}
