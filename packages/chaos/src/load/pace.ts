import { setTimeout as delay } from 'node:timers/promises';

/** Spreads starts over time: no more than `perSecond`, shared by all who ask, without catching up on what was missed. */
export class Pace {
  private next = performance.now();

  constructor(private readonly perSecond: number) {}

  async turn(count = 1): Promise<void> {
    const now = performance.now();
    this.next = Math.max(now, this.next) + (count * 1_000) / this.perSecond;
    const wait = this.next - now;
    if (wait >= 1) await delay(wait);
  }
}
