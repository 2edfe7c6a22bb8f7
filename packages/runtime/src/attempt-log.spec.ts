import { describe, expect, it } from '@jest/globals';
import { logAttempt } from './attempt-log.js';
import type { Logger } from './logger.js';

const ATTEMPT = { facts: { jobId: 'io_1' }, waitMs: 1, durationMs: 2 };

/** @returns the level and the text of the line */
function lineOf(outcome: string, isFatal = false, error?: { message: string }): unknown[] {
  const lines: unknown[] = [];
  const write = (level: string) => (_facts: object, text: string) => lines.push([level, text]);
  logAttempt({ info: write('info'), warn: write('warn') } as unknown as Logger, { ...ATTEMPT, outcome, isFatal }, error);
  return lines;
}

describe('logAttempt', () => {
  const error = { message: 'GET https://ada:s3cret@host.test/ failed' };

  it.each([
    ['completed', false, undefined, 'info', 'job completed'],
    ['shutdown', false, undefined, 'info', 'job handed back'],
    ['cancelled', false, error, 'info', 'job cancelled'],
    ['retry', false, error, 'warn', 'attempt failed: GET https://[redacted]@host.test/ failed'],
    ['final', true, error, 'warn', 'job failed for good: GET https://[redacted]@host.test/ failed'],
    ['lost', false, undefined, 'warn', 'attempt failed: lost'],
  ])('writes one line of an attempt: %s, fatal: %s', (outcome, isFatal, of, level, text) => {
    expect(lineOf(outcome, isFatal, of)).toEqual([[level, text]]);
  });
});
