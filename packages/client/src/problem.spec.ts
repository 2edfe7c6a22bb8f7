import { describe, expect, it } from '@jest/globals';
import { parseRetryAfter, toSchedulerError } from './problem.js';

describe('toSchedulerError', () => {
  it('reads a problem', () => {
    const body = {
      type: '/problems/invalid-request',
      title: 'The request does not fit its schema',
      status: 422,
      code: 'invalid-request',
      detail: 'The payload does not fit.',
      errors: [{ pointer: '/payload/url', detail: 'must be a URL' }, 'nonsense'],
      requestId: 'r-1',
    };
    expect(toSchedulerError(new Response(null, { status: 422 }), JSON.stringify(body))).toMatchObject({
      name: 'SchedulerError',
      status: 422,
      code: 'invalid-request',
      title: 'The request does not fit its schema',
      message: 'The payload does not fit.',
      errors: [{ pointer: '/payload/url', detail: 'must be a URL' }],
      requestId: 'r-1',
      isTransient: false,
    });
  });

  it.each(['<html>Bad gateway</html>', '', 'null', '[]', '{"code":5}'])('makes do with %j from a proxy', (text) => {
    const error = toSchedulerError(new Response(null, { status: 502, headers: { 'x-request-id': 'r-2' } }), text);
    expect(error).toMatchObject({ status: 502, code: 'bad-answer', errors: [], requestId: 'r-2', isTransient: true });
    expect(error.message).toBe('the gateway answered 502 without saying why');
  });
});

describe('parseRetryAfter', () => {
  const now = Date.parse('2030-01-01T00:00:00Z');

  it.each([
    ['3', 3_000],
    [' 0 ', 0],
    ['Tue, 01 Jan 2030 00:00:05 GMT', 5_000],
    ['Mon, 31 Dec 2029 00:00:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    [null, undefined],
  ])('reads %j as %j ms', (header, expected) => {
    expect(parseRetryAfter(header, now)).toBe(expected);
  });
});
