import { describe, expect, it } from '@jest/globals';
import { findRedisCommand } from './redis-command.js';

describe('findRedisCommand', () => {
  it('finds the server on PATH', () => {
    expect(findRedisCommand()).toMatch(/\/(redis|valkey)-server$/);
  });

  it('says what to install when there is none', () => {
    expect(() => findRedisCommand('/nowhere:')).toThrow(
      'found neither redis-server nor valkey-server on PATH; install: apt-get install redis-server',
    );
  });
});
