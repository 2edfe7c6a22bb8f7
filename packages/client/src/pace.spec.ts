import { describe, expect, it } from '@jest/globals';
import { Pace } from './pace.js';
import { SchedulerError } from './scheduler-error.js';

const { signal } = new AbortController();
const notNow = (retryAfterMs?: number) => new SchedulerError({ status: 503, code: 'unavailable', detail: 'Not now.', retryAfterMs });

/** Requests that end when the test says so. */
class Requests {
  readonly running: { end: (error?: Error) => void }[] = [];
  readonly outcomes: Promise<unknown>[] = [];

  constructor(readonly pace: Pace) {}

  /** @returns how many run */
  async start(count: number): Promise<number> {
    for (let started = 0; started < count; started++) {
      this.outcomes.push(this.pace.run(signal, () => this.#request()).catch((error) => error));
    }
    return this.#settle();
  }

  /** Ends the oldest, and lets others start. @returns how many run */
  async end(error?: Error): Promise<number> {
    this.running.shift()?.end(error);
    return this.#settle();
  }

  async #settle(): Promise<number> {
    await new Promise((resolve) => setImmediate(resolve));
    return this.running.length;
  }

  #request(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.running.push({ end: (error) => (error ? reject(error) : resolve()) });
    });
  }
}

describe('Pace', () => {
  it('halves with each refusal, down to one, and allows one more with each that goes well', async () => {
    const requests = new Requests(new Pace(4));
    expect(await requests.start(20)).toBe(4);
    expect(await requests.end()).toBe(4);
    expect(await requests.end(notNow())).toBe(3);
    expect(await requests.end(notNow())).toBe(2);
    expect(await requests.end(notNow())).toBe(1);
    expect(await requests.end(notNow())).toBe(1);
    expect([await requests.end(), await requests.end(), await requests.end(), await requests.end()]).toEqual([2, 3, 4, 4]);
  });

  it('is not slowed down by what stays wrong', async () => {
    const requests = new Requests(new Pace(2));
    expect(await requests.start(4)).toBe(2);
    expect(await requests.end(new SchedulerError({ status: 401, code: 'unauthenticated', detail: 'No.' }))).toBe(2);
    await expect(requests.outcomes[0]).resolves.toMatchObject({ code: 'unauthenticated' });
  });

  it('has all of them wait as long as the gateway asks', async () => {
    const pace = new Pace(4);
    const refusedAt = performance.now();
    await expect(pace.run(signal, () => Promise.reject(notNow(100)))).rejects.toThrow('Not now.');
    await pace.run(signal, async () => {});
    expect(performance.now() - refusedAt).toBeGreaterThanOrEqual(100);
  });
});
