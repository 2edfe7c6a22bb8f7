import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';

const POLL_MS = 20;

export interface WaitForOptions {
  /** Milliseconds; 5,000 unless given. */
  readonly timeoutMs?: number;
  /** What is waited for, as it should read after "waiting for". */
  readonly describe?: string;
}

type Falsy = false | 0 | '' | null | undefined;

/**
 * Polls until the predicate gives something truthy, and returns that. A predicate that throws counts as "not yet".
 * For what only can be polled; wait on a signal where there is one.
 * @throws Error with the last value, or the last error, of the predicate.
 */
export async function waitFor<T>(predicate: () => T | Promise<T>, options: WaitForOptions = {}): Promise<Exclude<T, Falsy>> {
  const { timeoutMs = 5_000, describe = predicate.toString() } = options;
  const deadline = performance.now() + timeoutMs;
  let last = '';
  do {
    try {
      const value = await predicate();
      if (value) return value as Exclude<T, Falsy>;
      last = `last value: ${inspect(value)}`;
    } catch (error) {
      last = `last error: ${error instanceof Error ? error.message : inspect(error)}`;
    }
    await delay(POLL_MS);
  } while (performance.now() < deadline);
  throw new Error(`timed out after ${timeoutMs} ms waiting for ${describe}; ${last}`);
}
