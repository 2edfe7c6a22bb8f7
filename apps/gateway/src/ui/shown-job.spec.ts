import { describe, expect, it } from '@jest/globals';
import { toShownJob } from './shown-job.js';

const attempt = {
  number: 1,
  startedAt: 1_900_000_000_000,
  finishedAt: 1_900_000_000_020,
  worker: 'host:1:ab',
  error: { code: 'http-status', message: 'POST https://ada:pass@a.test/ answered 404' },
};

describe('toShownJob', () => {
  it('tells attempts in words, and hides the place in the queue', () => {
    expect(toShownJob({ id: 'io_1', priority: 2_097_151, stacktrace: [JSON.stringify(attempt)] })).toEqual({
      id: 'io_1',
      stacktrace: ['Attempt 1 of 2030-03-17T17:46:40.000Z, 20 ms, on host:1:ab\nhttp-status: POST https://[hidden]@a.test/ answered 404'],
    });
  });

  it.each([
    ['at x (y.js:1)'],
    ['{"number":1}'],
    [JSON.stringify({ ...attempt, startedAt: 'x', error: { code: 'a', message: 'b' } })],
    ['[1'],
  ])('leaves %s as it is', (text) => {
    expect(toShownJob({ stacktrace: [text] })).toEqual({ stacktrace: [text] });
  });

  it('hides what the job type calls secret, and all data of a type that nobody knows', () => {
    const data = { payload: { to: ['ada@a.test'], text: 'by this link' }, tenant: 'acme' };
    expect(toShownJob({ name: 'email.send', data })).toMatchObject({ data: { payload: { to: ['ada@a.test'], text: '[hidden]' } } });
    expect(toShownJob({ name: 'gone.type', data })).toMatchObject({ data: { payload: '[hidden]', tenant: 'acme' } });
    expect(toShownJob({ name: 'email.send', data: 'text' })).toMatchObject({ data: '[hidden]' });
  });

  it('is not made to fall by times that are none, nor by no list', () => {
    expect(toShownJob({ stacktrace: [JSON.stringify({ ...attempt, startedAt: 1e300 })] })).toMatchObject({
      stacktrace: [expect.stringContaining('an unknown time')],
    });
    expect(toShownJob({ stacktrace: null })).toEqual({ stacktrace: [] });
  });
});
