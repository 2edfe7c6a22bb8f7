import type { Random } from '../random.js';
import { makeFlow } from './flow-submission.js';

/** One submission, made up by chance: most jobs are due at once, some later, some with a priority, some in an order. */
export interface Submission {
  readonly key: string;
  /** Milliseconds. */
  readonly delay: number;
  readonly body: string;
  /** Whether it is a tree of jobs. */
  readonly isFlow: boolean;
}

export interface Mix {
  /** Of 100 submissions. */
  readonly delayed: number;
  /** Of 100 submissions. */
  readonly prioritized: number;
  /** Of 100 submissions: with one of a few ordering keys, so that they wait for each other. */
  readonly ordered: number;
  /** Milliseconds that a delayed job waits at most. */
  readonly longestDelayMs: number;
  /** Of 100 submissions that are due at once otherwise: scheduled for a day later, so they stay stored. */
  readonly later?: number;
  /** `http.request` unless given. */
  readonly type?: 'image.thumbnail' | 'report.render';
  /** Trees of jobs in place of single ones. */
  readonly flows?: true;
  /** Members of an `http.request` payload beside those that every version knows. */
  readonly extra?: Readonly<Record<string, string>>;
  /** Milliseconds that a run may take; the job type's own bound unless given. */
  readonly runMs?: number;
}

export const MIXED: Mix = { delayed: 30, prioritized: 10, ordered: 15, longestDelayMs: 5_000 };
export const AT_ONCE: Mix = { delayed: 0, prioritized: 0, ordered: 0, longestDelayMs: 0 };

export const FLOWS: Mix = { ...AT_ONCE, flows: true };

/** For batches: a load that would take long to run, so most of it is for later. */
export const BULK: Mix = { delayed: 0, prioritized: 5, ordered: 0, longestDelayMs: 0, later: 70 };

const SHORTEST_DELAY_MS = 500;
const LATER_MS = 24 * 3_600_000;
const ORDERING_KEYS = 50;

export function makeSubmission(key: string, url: string, mix: Mix, random: Random): Submission {
  if (mix.flows) return { key, delay: 0, body: JSON.stringify(makeFlow(url, random)), isFlow: true };
  const kind = random.between(0, 99);
  const isDelayed = kind < mix.delayed;
  const priority = !isDelayed && kind < mix.delayed + mix.prioritized ? random.between(2, 10) : undefined;
  const isLater = !isDelayed && priority === undefined && random.between(1, 100) <= (mix.later ?? 0);
  const delay = isDelayed ? random.between(SHORTEST_DELAY_MS, mix.longestDelayMs) : isLater ? LATER_MS : 0;
  const orderingKey = random.between(1, 100) <= mix.ordered ? `order-${random.between(1, ORDERING_KEYS)}` : undefined;
  const body = JSON.stringify({ ...jobOf(url, mix), ...(delay > 0 && { delay }), priority, orderingKey });
  return { key, delay, body, isFlow: false };
}

/** Calls `url` when it runs. */
function jobOf(url: string, { type, runMs, extra }: Mix): object {
  if (type === 'image.thumbnail') return { name: type, payload: { sourceUrl: url, destinationUrl: url, width: 1 } };
  // What the workers that the SDKs are tried with make of it: a call.
  if (type === 'report.render') return { name: type, payload: { title: 'call', columns: [url] } };
  return { name: 'http.request', payload: { method: 'GET', url, timeout: runMs, ...extra } };
}
