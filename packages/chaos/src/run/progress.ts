/** Where a long run stands, and how long the rest will take if it goes on as it did. */
export class Progress {
  private readonly startedAt = performance.now();
  private begun = 0;

  constructor(private readonly rounds: number) {}

  /** Begins the next round. @returns such as `[3/24, 1:10 gone, about 8:10 left]` */
  next(): string {
    const gone = performance.now() - this.startedAt;
    const left = this.begun === 0 ? undefined : (gone / this.begun) * (this.rounds - this.begun);
    this.begun++;
    const times = left === undefined ? '' : `, ${clock(gone)} gone, about ${clock(left)} left`;
    return `[${this.begun}/${this.rounds}${times}]`;
  }
}

function clock(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
