import { type AbortReason, AttemptAborted } from './outcome.js';

/** Milliseconds that a handler has to react to its signal before it is abandoned. */
const ABANDON_AFTER_MS = 1_000;

const REASONS: readonly AbortReason[] = ['timeout', 'cancelled', 'shutdown', 'lock-lost'];

/**
 * Bounds one attempt: aborts `signal` when the time is up or when `parent` aborts (its reason is one of AbortReason),
 * and after that waits for the handler only a moment longer.
 */
export class Deadline {
  readonly at: Date;
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;

  constructor(
    timeoutMs: number,
    private readonly parent: AbortSignal | undefined,
  ) {
    this.at = new Date(Date.now() + timeoutMs);
    this.timer = setTimeout(() => this.abort('timeout'), timeoutMs);
    if (parent?.aborted) this.follow();
    else parent?.addEventListener('abort', this.follow, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Why the attempt was stopped, if it was. */
  get aborted(): AbortReason | undefined {
    return this.signal.aborted ? (this.signal.reason as AttemptAborted).reason : undefined;
  }

  /** What `running` gives; rejects with AttemptAborted when it does not heed the signal in time. */
  async race<T>(running: Promise<T>): Promise<T> {
    let abandon: NodeJS.Timeout | undefined;
    const abandoned = new Promise<never>((_resolve, reject) => {
      const abandonSoon = () => {
        abandon = setTimeout(() => reject(this.signal.reason), ABANDON_AFTER_MS);
      };
      if (this.signal.aborted) abandonSoon();
      else this.signal.addEventListener('abort', abandonSoon);
    });
    try {
      return await Promise.race([running, abandoned]);
    } finally {
      clearTimeout(abandon);
      clearTimeout(this.timer);
      this.parent?.removeEventListener('abort', this.follow);
    }
  }

  private readonly follow = (): void => {
    const reason: unknown = this.parent?.reason;
    this.abort(REASONS.find((known) => known === reason) ?? 'cancelled');
  };

  private abort(reason: AbortReason): void {
    if (!this.signal.aborted) this.controller.abort(new AttemptAborted(reason));
  }
}
