/** Which failure in a row is told. */
const TOLD_FAILURE = 2;

/** Redis is away, most likely: that is told once, not at every look, and not while the process is still connecting. */
export class FailureStreak {
  private failures = 0;

  constructor(private readonly tell: (error: Error) => void) {}

  add(error: Error): void {
    this.failures += 1;
    if (this.failures === TOLD_FAILURE) this.tell(error);
  }

  end(): void {
    this.failures = 0;
  }
}
