/** Does something again and again until it is stopped, never twice at the same time. */
export class Loop {
  private timer?: NodeJS.Timeout;
  private stopped = false;
  private turn: Promise<void> = Promise.resolve();

  /** @param body never rejects; gives the milliseconds until it is to be done again */
  constructor(private readonly body: () => Promise<number>) {}

  get isStopped(): boolean {
    return this.stopped;
  }

  /** @param inMs milliseconds until the first time */
  start(inMs = 0): void {
    if (inMs > 0) this.next(inMs);
    else this.turn = this.take();
  }

  /** No further turn begins. Resolves when the one that is under way has ended, which may be never where Redis is away. */
  stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    return this.turn;
  }

  private async take(): Promise<void> {
    const waitMs = await this.body();
    if (!this.stopped) this.next(waitMs);
  }

  private next(inMs: number): void {
    this.timer = setTimeout(() => {
      this.turn = this.take();
    }, inMs);
  }
}
