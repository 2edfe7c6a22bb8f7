/** What may go wrong many times a second, and is told at intervals. */
export class Told {
  private last = Number.NEGATIVE_INFINITY;
  private untold = 0;

  constructor(private readonly everyMs: number) {}

  /** @param now in Unix milliseconds @param tell gets how often it was not told since the last time, in words that follow */
  tell(now: number, tell: (before: string) => void): void {
    if (now - this.last < this.everyMs) {
      this.untold++;
      return;
    }
    const before = this.untold === 0 ? '' : ` (and ${this.untold} more since it was last told)`;
    this.last = now;
    this.untold = 0;
    tell(before);
  }
}
