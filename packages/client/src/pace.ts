import { sleep } from './backoff.js';
import { SchedulerError } from './scheduler-error.js';

/**
 * How many requests are on their way at once: `most`, until one meets a gateway that can't take it now. Then half as many,
 * down to one, and all of them wait as long as the gateway asks; each that goes well allows one more.
 */
export class Pace {
  #allowed: number;
  #running = 0;
  #notBefore = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(private readonly most: number) {
    this.#allowed = most;
  }

  /** Sends when it is its turn, in the order of the calls. @throws what `send` throws, the signal's reason */
  async run(signal: AbortSignal, send: () => Promise<void>): Promise<void> {
    await this.#turn();
    try {
      await this.#pause(signal);
      await send();
      this.#allowed = Math.min(this.most, this.#allowed + 1);
    } catch (error) {
      if (error instanceof SchedulerError && error.isTransient) this.#slowDown(error.retryAfterMs);
      throw error;
    } finally {
      this.#running--;
      this.#admit();
    }
  }

  async #turn(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      this.#admit();
    });
  }

  /** A timer may fire a millisecond early, and another refusal may ask for more meanwhile. */
  async #pause(signal: AbortSignal): Promise<void> {
    for (let ms = this.#left(); ms > 0; ms = this.#left()) await sleep(Math.ceil(ms), signal);
  }

  #left(): number {
    return this.#notBefore - performance.now();
  }

  #admit(): void {
    for (; this.#running < this.#allowed && this.#waiting.length > 0; this.#running++) this.#waiting.shift()?.();
  }

  #slowDown(retryAfterMs = 0): void {
    this.#allowed = Math.max(1, Math.floor(this.#allowed / 2));
    this.#notBefore = Math.max(this.#notBefore, performance.now() + retryAfterMs);
  }
}
