import { JOB_DEFINITIONS, type JobDefinition } from '@dts/jobs';
import { describe, expect, it } from '@jest/globals';
import { backoffDelay, toBullOptions } from './job-options.js';

const definition = JOB_DEFINITIONS.find(({ name }) => name === 'http.request') as JobDefinition;

describe('toBullOptions', () => {
  it('takes from the definition what the submission leaves open', () => {
    expect(toBullOptions(definition, 'io_1', 'acme', {})).toEqual({
      jobId: 'io_1',
      attempts: 8,
      backoff: { type: 'full-jitter', delay: 1_000, maxDelay: 600_000 },
      stackTraceLimit: 50,
      keepLogs: 1_000,
      priority: 2_097_151,
      share: 'acme',
    });
  });

  it('prefers what the submission says', () => {
    const backoff = { type: 'fixed', delay: 5 } as const;
    expect(toBullOptions(definition, 'io_1', 'acme', { attempts: 1, delay: 7, backoff })).toMatchObject({
      attempts: 1,
      delay: 7,
      backoff: { type: 'constant', delay: 5, maxDelay: 3_600_000 },
    });
  });

  it.each([
    [undefined, 'acme'],
    [1, 'acme'],
    [2, 'acme:2'],
    [10, 'acme:10'],
  ])('leaves BullMQ’s priority to fairness, and keeps priority %p as %p', (priority, share) => {
    expect(toBullOptions(definition, 'io_1', 'acme', { priority })).toMatchObject({ priority: 2_097_151, share });
  });
});

describe('backoffDelay', () => {
  const fractions = [0, 0.25, 0.5, 0.999_999];

  it('draws from zero to the doubled delay, never above the bound', () => {
    for (let attempt = 1; attempt <= 200; attempt++) {
      const bound = Math.min(60_000, 100 * 2 ** (attempt - 1));
      const delays = fractions.map((random) => backoffDelay({ type: 'full-jitter', delay: 100, maxDelay: 60_000 }, attempt, random));
      expect(delays).toEqual(fractions.map((random) => Math.round(random * bound)));
      expect(delays.every((delay) => Number.isSafeInteger(delay) && delay >= 0 && delay <= bound)).toBe(true);
    }
  });

  it('is bounded by an hour unless told otherwise', () => {
    expect(backoffDelay({ type: 'full-jitter', delay: 1_000 }, 100, 0.999_999_9)).toBe(3_600_000);
  });

  it('does not change for a fixed backoff', () => {
    for (const attempt of [1, 2, 50]) expect(backoffDelay({ type: 'constant', delay: 250 }, attempt, 0.7)).toBe(250);
    expect(backoffDelay({ type: 'constant' }, 1, 0.7)).toBe(0);
  });

  it('does not wait where the delay is zero', () => {
    expect(backoffDelay({ type: 'full-jitter', delay: 0 }, 100, 0.9)).toBe(0);
  });
});
