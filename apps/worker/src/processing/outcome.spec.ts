import { FinalError, RetryableError } from '@dts/jobs';
import { describe, expect, it } from '@jest/globals';
import { AttemptAborted } from './aborted.js';
import { classify } from './outcome.js';

describe('classify', () => {
  it('buries what is final, under its own code', () => {
    expect(classify(new FinalError('http-status', 'said 404'), 1)).toEqual({
      kind: 'final',
      error: { code: 'http-status', message: 'said 404' },
    });
  });

  it('retries what may pass, when the handler says', () => {
    expect(classify(new RetryableError('busy', 'said 503', { retryAfterMs: 7_000 }), 1)).toEqual({
      kind: 'retry',
      error: { code: 'busy', message: 'said 503' },
      retryAfterMs: 7_000,
    });
  });

  it('knows its errors after they have crossed a thread', () => {
    const crossed: unknown = structuredClone({
      ...new RetryableError('busy', 'x', { retryAfterMs: 5 }),
      name: 'RetryableError',
      message: 'said 503',
    });
    expect(classify(crossed, 1)).toMatchObject({ kind: 'retry', error: { code: 'busy', message: 'said 503' }, retryAfterMs: 5 });
  });

  it.each([
    [new TypeError('x is not a function'), 'x is not a function'],
    ['text', 'text'],
    [undefined, 'undefined'],
    [new Error(''), 'Error'],
  ])('retries anything else: %p', (thrown, message) => {
    expect(classify(thrown, 1)).toMatchObject({ kind: 'retry', error: { code: 'handler-error', message } });
  });

  it('goes by why the handler was stopped', () => {
    expect(classify(new AttemptAborted('shutdown'), 1)).toEqual({ kind: 'shutdown' });
    expect(classify(new AttemptAborted('lock-lost'), 1)).toEqual({ kind: 'lock-lost' });
    expect(classify(new AttemptAborted('cancelled'), 1)).toMatchObject({ kind: 'cancelled', error: { code: 'cancelled' } });
    expect(classify(new AttemptAborted('timeout'), 250)).toMatchObject({
      kind: 'retry',
      error: { code: 'timeout', message: expect.stringContaining('250 ms') },
    });
  });
});
