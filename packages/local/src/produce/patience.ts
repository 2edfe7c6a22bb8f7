/** Thrown into the work by a patience that has run out. */
export class OutOfPatience extends Error {
  override readonly name = 'OutOfPatience';
}

/** Aborts its signal once nothing has happened for a while. */
export class Patience {
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(seconds: number) {
    const giveUp = () => this.#abort.abort(new OutOfPatience(`nothing has happened for ${seconds} s`));
    this.#timer = setTimeout(giveUp, seconds * 1_000);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Something has happened. */
  renew(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
