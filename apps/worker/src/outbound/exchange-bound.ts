/**
 * Aborts `signal` when `stop` does or when the time is up. Unlike AbortSignal.timeout and AbortSignal.any it holds its timer, and
 * its place at `stop`, no longer than the exchange takes: a busy worker would gather tens of thousands of them.
 */
export class ExchangeBound implements Disposable {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout | undefined;

  /** @param timeoutMs no limit of its own unless given */
  constructor(
    private readonly stop: AbortSignal,
    timeoutMs: number | undefined,
  ) {
    this.timer = timeoutMs === undefined ? undefined : setTimeout(this.end, timeoutMs);
    if (stop.aborted) this.end();
    else stop.addEventListener('abort', this.end, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.timer);
    this.stop.removeEventListener('abort', this.end);
  }

  private readonly end = (): void => {
    this.controller.abort(this.stop.reason);
  };
}
