/** Milliseconds after which a value counts half, as for the signals that the scaler reads. */
const HALF_LIFE = 30_000;

/** An exponentially weighted mean over uneven times. */
export class MovingMean {
  #value: number | null = null;

  constructor(private readonly halfLife = HALF_LIFE) {}

  get value(): number | null {
    return this.#value;
  }

  add(observed: number, elapsedMs: number): number {
    const weight = 1 - 2 ** (-elapsedMs / this.halfLife);
    this.#value = this.#value === null ? observed : this.#value + weight * (observed - this.#value);
    return this.#value;
  }
}
