import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { keyPrefix } from './connection.js';
import { queueEnvShape } from './queue-env.js';

const env = z.object(queueEnvShape);

describe('the environment that leads to the queues', () => {
  it('has defaults', () => {
    expect(env.parse({})).toEqual({ REDIS_URL: 'redis://127.0.0.1:6379', QUEUE_PREFIX: 'dts' });
  });

  it('is refused with every problem, and without the password', () => {
    const { error } = env.safeParse({ REDIS_URL: 'redis://:hunter2@cache:port', QUEUE_PREFIX: 'a b' });
    expect(error?.issues.map(({ path }) => path[0])).toEqual(['REDIS_URL', 'QUEUE_PREFIX']);
    expect(JSON.stringify(error?.issues)).not.toContain('hunter2');
  });
});

describe('keyPrefix', () => {
  it.each([
    ['redis://cache', 'dts', 'dts'],
    ['redis+sentinel://s1/m', 'dts', 'dts'],
    ['redis+cluster://c1', 'dts', '{dts}'],
    ['redis+cluster://c1', '{app}-dts', '{app}-dts'],
  ])('%s %s -> %s: the keys of a script share a slot of a cluster', (url, prefix, expected) => {
    expect(keyPrefix(url, prefix)).toBe(expected);
  });
});
