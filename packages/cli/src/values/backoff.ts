import type { JobOptions } from '@dts/client';
import { InvalidArgumentError } from 'commander';
import { parseDuration } from './duration.js';

export type Backoff = NonNullable<JobOptions['backoff']>;

/** `10s` doubles from there, `10s..5m` up to five minutes, `fixed:10s` stays. @throws InvalidArgumentError */
export function parseBackoff(text: string): Backoff {
  const [, fixed] = /^fixed:(.+)$/.exec(text) ?? [];
  if (fixed !== undefined) return { type: 'fixed', delay: parseDuration(fixed) };
  const [delay = '', maxDelay, ...more] = text.split('..');
  if (more.length > 0) throw new InvalidArgumentError('Say 10s, 10s..5m or fixed:10s.');
  return { type: 'exponential', delay: parseDuration(delay), ...(maxDelay !== undefined && { maxDelay: parseDuration(maxDelay) }) };
}
