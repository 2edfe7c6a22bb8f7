import { status } from '@grpc/grpc-js';
import { type ActivityCall, ActivityStream } from './activity-stream.js';
import type { PoolSource } from './pool-source.js';
import { Refusal, unavailable } from './refusal.js';

export interface StreamLimits {
  /** Streams that may be open at once. */
  readonly max: number;
  /** Milliseconds between two messages when nothing changes. */
  readonly beatMs: number;
}

/** The streams that are open, each woken by its pool's decisions. */
export class ActivityStreams {
  private readonly open = new Set<ActivityStream>();
  private stopped = false;

  /** @param onCount told how many are open when that has changed */
  constructor(
    private readonly source: PoolSource,
    private readonly limits: StreamLimits,
    private readonly onCount: (open: number) => void,
  ) {}

  /**
   * @param isActive as of `ActivityStream`
   * @throws Refusal when as many are open as may be, and after the end
   */
  start(call: ActivityCall, pool: string, isActive: () => boolean): void {
    if (this.stopped) throw unavailable('this scaler is shutting down: ask again, and another answers');
    if (this.open.size >= this.limits.max) {
      throw new Refusal(status.RESOURCE_EXHAUSTED, `${this.limits.max} streams are open, and KEDA_STREAMS allows no more`);
    }
    const stream = new ActivityStream(call, isActive);
    const unsubscribe = this.source.subscribe(pool, () => stream.look());
    const beats = setInterval(() => stream.beat(), this.limits.beatMs);
    this.open.add(stream);
    this.onCount(this.open.size);
    call.once('close', () => {
      unsubscribe();
      clearInterval(beats);
      this.open.delete(stream);
      this.onCount(this.open.size);
    });
    stream.look();
  }

  endAll(): void {
    this.stopped = true;
    for (const stream of this.open) stream.end();
  }
}
