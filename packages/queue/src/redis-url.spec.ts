import { describe, expect, it } from '@jest/globals';
import { parseRedisUrl } from './redis-url.js';

const plain = { tls: false, credentials: {} };

describe('parseRedisUrl', () => {
  it.each([
    ['redis://cache', { kind: 'single', host: 'cache', port: 6379, ...plain }],
    ['  redis://127.0.0.1:6380/  ', { kind: 'single', host: '127.0.0.1', port: 6380, ...plain }],
    ['redis://cache:6379/3', { kind: 'single', host: 'cache', port: 6379, tls: false, credentials: { db: 3 } }],
    ['rediss://cache', { kind: 'single', host: 'cache', port: 6379, tls: true, credentials: {} }],
    ['redis://[::1]', { kind: 'single', host: '::1', port: 6379, ...plain }],
    ['redis://[fe80::1:2]:7000/1', { kind: 'single', host: 'fe80::1:2', port: 7000, tls: false, credentials: { db: 1 } }],
  ])('reads one server: %s', (url, location) => {
    expect(parseRedisUrl(url)).toEqual(location);
  });

  it('reads sentinels, with their own default port and the name of the master', () => {
    const nodes = [
      { host: 's1', port: 26379 },
      { host: '::2', port: 7001 },
    ];
    expect(parseRedisUrl('redis+sentinel://s1,[::2]:7001/my%20master')).toEqual({
      kind: 'sentinel',
      nodes,
      master: 'my master',
      sentinelCredentials: {},
      ...plain,
    });
    expect(parseRedisUrl('rediss+sentinel://s1/m')).toMatchObject({ kind: 'sentinel', tls: true, master: 'm' });
  });

  it.each([
    ['?sentinelPassword=p%26w', { password: 'p&w' }],
    ['?sentinelUsername=watch&sentinelPassword=a=b', { username: 'watch', password: 'a=b' }],
  ])('reads the login of the sentinels, apart from that of the data: %s', (query, sentinelCredentials) => {
    expect(parseRedisUrl(`redis+sentinel://:data@s1/m${query}`)).toMatchObject({ credentials: { password: 'data' }, sentinelCredentials });
  });

  it('reads a cluster', () => {
    const nodes = [
      { host: 'c1', port: 7001 },
      { host: 'c2', port: 6379 },
    ];
    expect(parseRedisUrl('redis+cluster://c1:7001,c2')).toEqual({ kind: 'cluster', nodes, ...plain });
    expect(parseRedisUrl('rediss+cluster://c1')).toMatchObject({ kind: 'cluster', tls: true });
  });

  it.each([
    ['redis://:s3cret@cache', { password: 's3cret' }],
    ['redis://app@cache', { username: 'app' }],
    ['redis://app:a:b@cache', { username: 'app', password: 'a:b' }],
    ['redis://:p#ss?w@cache', { password: 'p#ss?w' }],
    ['redis://a%40b:p%40ss%2Fw%3Aord%25@cache/2', { username: 'a@b', password: 'p@ss/w:ord%', db: 2 }],
  ])('reads credentials: %s', (url, credentials) => {
    expect(parseRedisUrl(url)).toMatchObject({ host: 'cache', credentials });
  });

  it.each([
    ['', /not a Redis URL; use one of: redis:/],
    ['localhost:6379', /not a Redis URL/],
    ['http://cache', /not a Redis URL/],
    ['redis://', /not a Redis URL/],
    ['redis://cache?db=1', /not a Redis URL/],
    ['redis://cache:0', /not host:port/],
    ['redis://cache:65536', /not host:port/],
    ['redis://cache:port', /not host:port/],
    ['redis://::1', /not host:port/],
    ['redis://a,b', /several hosts need redis\+sentinel/],
    ['redis://cache/jobs', /number of a database/],
    ['redis+sentinel://s1', /ends in the name of the master/],
    ['redis+cluster://c1,,c2', /not host:port/],
    ['redis+cluster://c1?sentinelPassword=x', /not a Redis URL/],
    ['redis+sentinel://s1/m?password=x', /takes \?sentinelUsername=…&sentinelPassword=…/],
  ])('refuses %p and says how it should look', (url, message) => {
    expect(() => parseRedisUrl(url)).toThrow(message);
  });

  it.each([
    'redis://:hunter2@secret@cache',
    'redis://:hunter2/secret@cache',
    'redis://:hunter2%secret@cache',
    'redis://app:hunter2@cache:secret',
    'redis:/app:hunter2secret@cache',
    'redis://:hunter2secret@a,b',
    'redis://:hunter2@cache/secret',
    'redis+sentinel://s1/m?sentinelPassword=hunter2&secret',
    'redis+sentinel://s1/m?sentinelPassword=hunter2%secret',
  ])('never quotes a part of a password: %s', (url) => {
    const refusal = messageOf(() => parseRedisUrl(url));
    expect(refusal).not.toBe('');
    expect(refusal).not.toMatch(/hunter2|secret/);
  });
});

function messageOf(action: () => unknown): string {
  try {
    action();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}
