import { setTimeout as delay } from 'node:timers/promises';

/** Spreads starts over time: `perSecond`, shared by all who ask. */
export class Pace {
  private next = performance.now();

  /** @param catchesUp on what was missed; else that is left out, and there are fewer */
  constructor(
    private readonly perSecond: number,
    private readonly catchesUp = false,
  ) {}

  async turn(count = 1): Promise<void> {
    const now = performance.now();
    this.next = (this.catchesUp ? this.next : Math.max(now, this.next)) + (count * 1_000) / this.perSecond;
    const wait = this.next - now;
    if (wait >= 1) await delay(wait);
  }
}
