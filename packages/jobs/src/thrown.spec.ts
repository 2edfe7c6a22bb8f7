import { describe, expect, it } from '@jest/globals';
import { RetryableError } from './errors.js';
import { readThrown } from './thrown.js';

const unreadable = new Proxy(
  {},
  {
    get() {
      throw new Error('trap');
    },
  },
);

describe('readThrown', () => {
  it('reads the errors that steer retries', () => {
    expect(readThrown(new RetryableError('busy', 'said 503', { retryAfterMs: 5 }))).toEqual({
      name: 'RetryableError',
      message: 'said 503',
      code: 'busy',
      retryAfterMs: 5,
    });
  });

  it.each([
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['text', 'text', 'text'],
    ['a symbol', Symbol('x'), 'Symbol(x)'],
    ['an object without a prototype', Object.create(null), 'The handler threw an error without a message.'],
    ['a message that is no text', { message: 42 }, 'The handler threw an error without a message.'],
    [
      'a function whose name throws',
      Object.assign(() => 1, {
        toString: () => {
          throw new Error('trap');
        },
      }),
      'The handler threw something that cannot be read.',
    ],
    ['a proxy that throws', unreadable, 'The handler threw something that cannot be read.'],
  ])('reads %s', (_what, thrown, message) => {
    expect(readThrown(thrown).message).toBe(message);
  });

  it.each([
    [Number.NaN, undefined],
    [-1, undefined],
    ['5', undefined],
    [Number.POSITIVE_INFINITY, 7 * 24 * 3_600_000],
    [0, 0],
  ])('waits %p as %p', (given, read) => {
    expect(readThrown({ name: 'RetryableError', message: 'x', retryAfterMs: given }).retryAfterMs).toBe(read);
  });

  it('shortens what would be kept with every attempt', () => {
    expect(readThrown(new Error('x'.repeat(1_000_000))).message).toHaveLength(2_001);
  });
});
