import { AttemptAborted } from './aborted.js';

/** Node fires a longer timer at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Bounds one run: aborts `signal` when the time is up or when `stop` aborts (its reason is one of AbortReason). Whatever
 * the run throws after that, it was stopped: a handler that is told to stop throws what its libraries throw then.
 */
export class Deadline {
  readonly at: Date;
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;

  /** @param patienceMs how long a run that was told to stop is waited for; until it ends unless given */
  constructor(
    timeoutMs: number,
    private readonly stop: AbortSignal | undefined,
    private readonly patienceMs?: number,
  ) {
    const boundMs = Math.min(timeoutMs, LONGEST_TIMER_MS);
    this.at = new Date(Date.now() + boundMs);
    this.timer = setTimeout(() => this.abort(new AttemptAborted('timeout')), boundMs);
    if (stop?.aborted) this.follow();
    else stop?.addEventListener('abort', this.follow, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** What `running` gives, even when it finishes in spite of the signal; rejects with AttemptAborted when it was stopped. */
  async race<T>(running: Promise<T>): Promise<T> {
    let abandon: NodeJS.Timeout | undefined;
    const abandoned = new Promise<never>((_resolve, reject) => {
      const abandonSoon = () => {
        if (this.patienceMs !== undefined) abandon = setTimeout(() => reject(this.signal.reason), this.patienceMs);
      };
      if (this.signal.aborted) abandonSoon();
      else this.signal.addEventListener('abort', abandonSoon);
    });
    try {
      return await Promise.race([running, abandoned]);
    } catch (error) {
      throw this.signal.aborted ? this.signal.reason : error;
    } finally {
      clearTimeout(abandon);
      clearTimeout(this.timer);
      this.stop?.removeEventListener('abort', this.follow);
    }
  }

  private readonly follow = (): void => {
    if (this.stop) this.abort(AttemptAborted.by(this.stop));
  };

  private abort(reason: AttemptAborted): void {
    if (!this.signal.aborted) this.controller.abort(reason);
  }
}
