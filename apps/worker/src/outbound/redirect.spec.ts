import { describe, expect, it } from '@jest/globals';
import { type Hop, nextHop } from './redirect.js';

const HOP: Hop = {
  method: 'POST',
  url: new URL('https://one.example/a/b?c=d'),
  headers: {
    authorization: 'Bearer secret',
    cookie: 'session=secret',
    'x-api-key': 'secret',
    'webhook-signature': 'v1,secret',
    'content-type': 'application/json',
    'idempotency-key': 'io_1',
    'user-agent': 'test',
  },
  body: Buffer.from('{}'),
};

describe('nextHop', () => {
  it('keeps method, body and headers at the same origin', () => {
    expect(nextHop(HOP, 307, '../e')).toEqual({ ...HOP, url: new URL('https://one.example/e') });
  });

  it.each(['https://two.example/', 'https://one.example:8443/', 'http://one.example/', '//two.example/'])(
    'tells no credentials to %s',
    (location) => {
      const next = nextHop(HOP, 308, location);
      expect(Object.keys(next.headers).sort()).toEqual(['content-type', 'idempotency-key', 'user-agent']);
      expect(next.body).toBe(HOP.body);
    },
  );

  it.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [301, 'PUT', 'PUT'],
    [302, 'DELETE', 'DELETE'],
    [307, 'POST', 'POST'],
    [308, 'PATCH', 'PATCH'],
  ])('%p turns %s into %s', (status, method, expected) => {
    expect(nextHop({ ...HOP, method }, status, '/').method).toBe(expected);
  });

  it('drops the body, what describes it and its signature when it becomes a GET', () => {
    const next = nextHop(HOP, 302, '/');
    expect(next.body).toBeUndefined();
    expect(Object.keys(next.headers).sort()).toEqual(['authorization', 'cookie', 'idempotency-key', 'user-agent', 'x-api-key']);
  });

  it('does not take credentials from a location', () => {
    expect(nextHop(HOP, 307, 'https://user:password@two.example/').url.href).toBe('https://two.example/');
  });

  it.each(['file:///etc/passwd', 'ftp://two.example/', 'data:text/plain,hi', 'javascript:0', 'http://'])('refuses %s', (location) => {
    expect(() => nextHop(HOP, 302, location)).toThrow(expect.objectContaining({ name: 'FinalError', code: 'redirect-refused' }));
  });
});
