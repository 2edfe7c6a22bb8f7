import type { LeasedQueueName } from '@dts/jobs';
import { toUnreadable } from '../redis-failure.js';
import { WakeUp } from '../wake-up.js';
import type { Waiter } from './waiter.js';

/** Jobs that are fetched at once. */
const AT_ONCE = 100;
/** Milliseconds after which a queue is asked again that is held back by its rate: that may have been raised. */
const HELD_LOOK_MS = 1_000;
const LONGEST_PAUSE_MS = 5_000;

/** What a queue said when it was asked for one job: undefined where it had one, or else when it is of use to ask again. */
export type Empty = { readonly dueAt?: number; readonly heldUntil?: number } | undefined;

/** Where the jobs of a line come from. */
export interface JobSource {
  /** Fetches one job, and hands it to the waiter unless it is not to run now. */
  take(waiter: Waiter): Promise<Empty>;
  /** Resolves when there may be a job, or after a while; whether somebody was to be woken. */
  wait(): Promise<boolean>;
  /** For another gateway, where nobody waits here. */
  passOn(): Promise<void>;
}

/**
 * Those who wait for jobs of one queue. Jobs are dealt one by one, whoever has waited longest first, and everyone gets one before
 * anyone gets another. One blocking command waits for all of them.
 */
export class WaitingLine {
  private waiting: Waiter[] = [];
  private readonly stopping = new AbortController();
  private readonly bell = new WakeUp(this.stopping.signal);
  private serving = false;
  private blocking = false;
  private wasEmpty = true;

  constructor(
    private readonly queue: LeasedQueueName,
    private readonly source: JobSource,
  ) {}

  join(waiter: Waiter): void {
    this.waiting.push(waiter);
    this.ring();
  }

  /** There may be a job now: somebody joins, or there is room in a queue that was at its limit. */
  ring(): void {
    this.bell.call();
    if (!this.serving && this.hasWaiters()) void this.serve();
  }

  /** Everyone is answered. */
  stop(): void {
    for (const waiter of this.waiting) waiter.dismiss();
    this.stopping.abort();
  }

  private async serve(): Promise<void> {
    this.serving = true;
    while (this.hasWaiters()) {
      try {
        await this.pause(await this.deal());
      } catch (error) {
        for (const waiter of this.waiting) waiter.fail(toUnreadable(error));
      }
    }
    this.serving = false;
  }

  private hasWaiters(): boolean {
    this.waiting = this.waiting.filter((waiter) => !waiter.isOver);
    return this.waiting.length > 0;
  }

  /** Deals until the queue is empty or nobody waits. */
  private async deal(): Promise<Empty> {
    while (this.hasWaiters()) {
      const turns = this.turns();
      if (turns.length === 0) return {};
      const empty = await this.takeAll(turns);
      for (const waiter of this.waiting) {
        if (empty) waiter.asked(this.queue);
        else waiter.look();
      }
      if (empty) return empty;
    }
    return {};
  }

  /** One alone where there was none before: mostly there is none still, and then no more need be asked for. */
  private async takeAll(turns: Waiter[]): Promise<Empty> {
    const [first, ...others] = turns as [Waiter, ...Waiter[]];
    const none = this.wasEmpty ? await this.source.take(first) : undefined;
    const all = none ? [none] : await Promise.all((this.wasEmpty ? others : turns).map((waiter) => this.source.take(waiter)));
    const empty = all.find((found) => found !== undefined);
    this.wasEmpty = empty !== undefined;
    return empty;
  }

  /** Whose turn it is, as often as a job is to be fetched for them. */
  private turns(): Waiter[] {
    const turns: Waiter[] = [];
    for (let lap = 0; turns.length < AT_ONCE; lap++) {
      const asking = this.waiting.filter(({ free }) => free > lap);
      if (asking.length === 0) break;
      turns.push(...asking.slice(0, AT_ONCE - turns.length));
    }
    return turns;
  }

  /** Until somebody rings, or it is of use to ask again. While a rate holds the queue back, its marker would wake us at once. */
  private async pause({ dueAt, heldUntil }: NonNullable<Empty> = {}): Promise<void> {
    if (!this.hasWaiters()) return;
    if (heldUntil !== undefined) return this.bell.next(Math.min(HELD_LOOK_MS, Math.max(1, heldUntil - Date.now())));
    if (!this.blocking) void this.block();
    await this.bell.next(Math.min(LONGEST_PAUSE_MS, dueAt === undefined ? LONGEST_PAUSE_MS : Math.max(1, dueAt - Date.now())));
  }

  private async block(): Promise<void> {
    this.blocking = true;
    const isWoken = await this.source.wait().catch(() => false);
    this.blocking = false;
    if (isWoken && !this.hasWaiters()) await this.source.passOn().catch(() => undefined);
    this.ring();
  }
}
