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

  it.each([
    'Authorization',
    'proxy-authorization',
    'Set-Cookie',
    'X-Api-Key',
    'api_key',
    'client_secret',
    'accessToken',
    'db_passwd',
    'payload',
  ])('hides %s, however deep it is, and in lists', (name) => {
    for (const value of ['a s3cret', { value: 's3cret' }, ['s3cret']]) {
      const line = redacted({ [name]: value, request: { list: [[{ a: { [name]: value } }]] } });
      expect(line).toEqual({ [name]: '[redacted]', request: { list: [[{ a: { [name]: '[redacted]' } }]] } });
    }
  });

  it('tells what an error says, with its causes and what libraries put in it, but for its secrets', () => {
    const cause = Object.assign(new Error('GET https://ada:s3cret@host.test/?token=s3cret'), {
      request: { headers: { Cookie: 's3cret' } },
    });
    const error = Object.assign(new Error('no', { cause }), { code: 'E_NO', config: { headers: { Authorization: 's3cret' } } });
    for (const name of ['err', 'error', 'reason']) {
      const line = redacted({ [name]: error });
      expect(line[name]).toMatchObject({ message: expect.stringContaining('no: GET https://[redacted]@host.test/'), code: 'E_NO' });
      expect(line[name]).toHaveProperty('stack', expect.stringContaining('redacted.spec'));
      expect(JSON.stringify(line)).not.toContain('s3cret');
    }
  });

  it('hides who signs in at an address, and what is secret of it', () => {
    const url = 'https://ada:pass@host.test/a?page=2&access_token=abc';
    const shown = 'https://[redacted]@host.test/a?page=2&access_token=[redacted]';
    expect(redacted({ url, where: new URL(url), list: [url] })).toEqual({ url: shown, where: shown, list: [shown] });
  });

  it('leaves numbers, dates and what only looks like it', () => {
    const line = { token: 5, tokens: 7, at: new Date(0), monkey: 'x', worker: 'a:b', text: 'mail ada@example.com about key=1' };
    expect(redacted(line)).toBe(line);
  });

  it('ends where there is no end', () => {
    const circle: Record<string, unknown> = { password: 's3cret' };
    circle.self = circle;
    expect(JSON.stringify(redacted({ circle }))).not.toContain('s3cret');
  });
});
