const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** npm passes on the Ctrl-C that the terminal has already sent: what comes this soon is the same key press. */
export const SAME_PRESS_MS = 1_000;

/**
 * Listens for whoever wants this process to end: a signal, or the death of the process that started it. It listens to
 * the very end: a signal that comes while the process is leaving must not turn its exit code into something else.
 */
export class StopRequests {
  /** Resolves when the process is asked to stop. */
  readonly first: Promise<void>;
  /** Resolves when it is asked again, to stop at once. */
  readonly second: Promise<void>;
  readonly #resolvers: (() => void)[] = [];
  #last = Number.NEGATIVE_INFINITY;

  constructor() {
    this.first = new Promise((resolve) => this.#resolvers.push(resolve));
    this.second = new Promise((resolve) => this.#resolvers.push(resolve));
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
    process.once('disconnect', this.#onDisconnect);
    // Listening must not keep the process alive once it has nothing else to do.
    process.channel?.unref();
  }

  readonly #onSignal = () => {
    const now = performance.now();
    if (now - this.#last < SAME_PRESS_MS) return;
    this.#last = now;
    this.#resolvers.shift()?.();
  };

  /** Nobody is impatient here: it never counts as the second request. */
  readonly #onDisconnect = () => {
    if (this.#resolvers.length === 2) this.#resolvers.shift()?.();
  };
}
