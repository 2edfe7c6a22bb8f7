import { describe, expect, it } from '@jest/globals';
import { parseEnv, parseWorkersEnv } from './env.js';

describe('parseEnv', () => {
  it('has a default for everything, and takes the empty string for not set', () => {
    expect(parseEnv({ PORT: '', REDIS_URL: '' })).toEqual({
      DATA_DIR: '.data',
      HOST: '127.0.0.1',
      PORT: 3000,
      QUEUE_PREFIX: 'dts',
      DURABILITY: 'synced',
      SHUTDOWN_GRACE: 25_000,
    });
  });

  it('reports every wrong variable at once', () => {
    const wrong = { PORT: '70000', DURABILITY: 'maybe', REDIS_URL: 'http://localhost', SHUTDOWN_GRACE: 'soon' };
    expect(() => parseEnv(wrong)).toThrow(/PORT: .*REDIS_URL: not a Redis URL; use one of: redis:.*DURABILITY: .*SHUTDOWN_GRACE: /s);
  });

  it('wants a Redis with replicas where they are promised', () => {
    expect(() => parseEnv({ DURABILITY: 'replicated' })).toThrow(/DURABILITY: replicated needs replicas/);
    expect(parseEnv({ DURABILITY: 'replicated', REDIS_URL: 'redis://h' }).DURABILITY).toBe('replicated');
  });

  it.each(['redis://h', 'rediss://:pw@h:1', 'redis+sentinel://a:1,b:2/m', 'redis+cluster://a:1,b:2'])('accepts %s', (REDIS_URL) => {
    expect(parseEnv({ REDIS_URL }).REDIS_URL).toBe(REDIS_URL);
  });
});

describe('parseWorkersEnv', () => {
  it('lets a worker listen on any free port', () => {
    expect(parseWorkersEnv({}).PORT).toBe(0);
    expect(parseWorkersEnv({ PORT: '4000' }).PORT).toBe(4000);
  });
});
