import type { Rate } from '@dts/runtime';

/**
 * A token bucket: full at first, filled at its rate, one token for each thing done. What is known too late to be refused
 * is charged all the same, and leaves a debt that is paid off before anything more is let through: so, in the long run, no
 * more gets through than the rate allows, whatever comes at once. Times are milliseconds of one clock that never jumps.
 */
export class TokenBucket {
  private tokens: number;

  constructor(
    readonly rate: Rate,
    private at: number,
  ) {
    this.tokens = rate.burst;
  }

  /** Takes a token. @returns whether there was one */
  take(now: number): boolean {
    if (this.level(now) < 1) return false;
    this.tokens -= 1;
    return true;
  }

  /** Takes tokens whether they are there or not. */
  charge(count: number, now: number): void {
    this.level(now);
    this.tokens -= count;
  }

  /** Tokens in it; below zero where it is in debt. */
  level(now: number): number {
    const { perSecond, burst } = this.rate;
    this.tokens = Math.min(burst, this.tokens + (Math.max(0, now - this.at) / 1_000) * perSecond);
    this.at = Math.max(this.at, now);
    return this.tokens;
  }

  /** Milliseconds until it holds as many tokens, if none is taken meanwhile. */
  msUntil(count: number, now: number): number {
    return Math.max(0, ((count - this.level(now)) / this.rate.perSecond) * 1_000);
  }
}
