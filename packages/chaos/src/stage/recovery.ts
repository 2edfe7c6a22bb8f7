import { within } from '@dts/testkit';
import type { Load } from '../load/load.js';
import type { Timeline } from '../timeline/timeline.js';

const LIMIT_MS = 60_000;

/** How long the service takes after faults until it is there again. */
export class Recovery {
  /** Milliseconds, at the longest; undefined when nothing was measured. */
  longestMs: number | undefined;

  /** @param drainMs what the queues may take to drain, which is how long a recovery may take where that is longer */
  constructor(
    private readonly timeline: Timeline,
    private readonly drainMs: number,
  ) {}

  /** From now, the end of a fault, until callers are answered with success again. */
  async ofCallers(load: Load): Promise<void> {
    await this.until(load.nextAcknowledgement(), 'the first acknowledgement after the fault');
  }

  /** @returns milliseconds from now */
  async until(recovered: Promise<unknown>, describe: string): Promise<number> {
    const startedAt = performance.now();
    await within(recovered, Math.max(LIMIT_MS, this.drainMs), describe);
    const took = performance.now() - startedAt;
    this.longestMs = Math.max(this.longestMs ?? 0, took);
    this.timeline.mark('recovered');
    return took;
  }
}
