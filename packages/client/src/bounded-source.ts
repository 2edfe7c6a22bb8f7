/** Takes items from a source, never more than `most` ahead of those that are done with. */
export class BoundedSource<Item> {
  readonly #iterator: Iterator<Item> | AsyncIterator<Item>;
  #ahead = 0;
  #state: 'idle' | 'reading' | 'ended' = 'idle';
  #wake = () => {};

  constructor(
    items: Iterable<Item> | AsyncIterable<Item>,
    private readonly most: number,
    private readonly signal: AbortSignal,
  ) {
    this.#iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  }

  /** Waits until there is room. One call at a time. @throws what the source throws, the signal's reason once it is closed */
  async next(): Promise<IteratorResult<Item, unknown>> {
    while (this.#ahead >= this.most && !this.signal.aborted) await this.#room();
    this.signal.throwIfAborted();
    this.#state = 'reading';
    try {
      const next = await this.#iterator.next();
      this.#state = next.done ? 'ended' : 'idle';
      if (!next.done) this.#ahead++;
      return next;
    } catch (error) {
      this.#state = 'ended';
      throw error;
    }
  }

  /** One of the items is done with. */
  release(): void {
    this.#ahead--;
    this.#wake();
  }

  /**
   * Tells the source that nobody reads on, to be called once the signal has aborted. One that is being read at this moment may
   * never answer: it is not waited for.
   */
  async close(): Promise<void> {
    this.#wake();
    if (this.#state === 'ended') return;
    const closing = Promise.resolve(this.#iterator.return?.());
    if (this.#state === 'reading') closing.catch(() => {});
    else await closing;
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
