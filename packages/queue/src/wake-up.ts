/** A waiter that can be called, times out, and is called for good once its signal aborts. No call is missed in between. */
export class WakeUp {
  private called = false;
  private resolve?: () => void;

  constructor(private readonly signal: AbortSignal) {
    signal.addEventListener('abort', this.call);
  }

  readonly call = (): void => {
    this.called = true;
    this.resolve?.();
  };

  /** Resolves at a call, past or to come, or after `timeoutMs`. */
  async next(timeoutMs: number): Promise<void> {
    if (!this.called && !this.signal.aborted) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.resolve = resolve;
        timer = setTimeout(resolve, timeoutMs);
      });
      clearTimeout(timer);
    }
    this.called = false;
    this.resolve = undefined;
  }

  dispose(): void {
    this.signal.removeEventListener('abort', this.call);
  }
}
