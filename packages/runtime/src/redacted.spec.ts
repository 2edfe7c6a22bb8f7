import { describe, expect, it } from '@jest/globals';
import { redacted } from './redacted.js';

describe('redacted', () => {
  it('hides secrets as members, of headers, and of a request with headers', () => {
    const headers = { authorization: 'Bearer x', accept: '*/*' };
    expect(redacted({ key: 'k', headers, request: { method: 'GET', headers } })).toEqual({
      key: '[redacted]',
      headers: { authorization: '[redacted]', accept: '*/*' },
      request: { method: 'GET', headers: { authorization: '[redacted]', accept: '*/*' } },
    });
    expect(headers.authorization).toBe('Bearer x'); // who logs it goes on with it
  });

  it('leaves alone what has none', () => {
    const line = { jobId: 'io_1', error: { code: 'x', message: 'y' }, queues: [{ queue: 'io' }] };
    expect(redacted(line)).toBe(line);
  });

  it('hides them in lists, and takes an error as it is', () => {
    const error = new Error('no');
    expect(redacted({ error, keys: [{ password: 'p' }] })).toMatchObject({ error });
    expect(JSON.stringify(redacted({ keys: [{ password: 'p' }] }))).not.toContain('"p"');
  });
});
