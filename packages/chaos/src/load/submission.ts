import type { Random } from '../random.js';

/** One submission, made up by chance: most jobs are due at once, some later, some with a priority. */
export interface Submission {
  readonly key: string;
  /** Milliseconds. */
  readonly delay: number;
  readonly body: string;
}

export interface Mix {
  /** Of 100 submissions. */
  readonly delayed: number;
  /** Of 100 submissions. */
  readonly prioritized: number;
  /** Milliseconds that a delayed job waits at most. */
  readonly longestDelayMs: number;
  /** Milliseconds that a run may take; the job type's own bound unless given. */
  readonly runMs?: number;
}

export const MIXED: Mix = { delayed: 30, prioritized: 10, longestDelayMs: 5_000 };
export const AT_ONCE: Mix = { delayed: 0, prioritized: 0, longestDelayMs: 0 };

const SHORTEST_DELAY_MS = 500;

export function makeSubmission(key: string, url: string, mix: Mix, random: Random): Submission {
  const kind = random.between(0, 99);
  const isDelayed = kind < mix.delayed;
  const delay = isDelayed ? random.between(SHORTEST_DELAY_MS, mix.longestDelayMs) : 0;
  const priority = !isDelayed && kind < mix.delayed + mix.prioritized ? random.between(2, 10) : undefined;
  const payload = { method: 'GET', url, timeout: mix.runMs };
  const body = JSON.stringify({ name: 'http.request', payload, ...(delay > 0 && { delay }), priority });
  return { key, delay, body };
}
