import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DeploymentKey } from './deployment-key.js';
import { type Opened, open } from './fixtures/open.js';

let opened: Opened;

beforeEach(async () => {
  opened = await open();
});
afterEach(() => opened[Symbol.dispose]());

const newKey = (prefix = opened.prefix) => new DeploymentKey(opened.redis, prefix);

describe('DeploymentKey', () => {
  it('is the same for all who ask, also for those who ask first at the same time', async () => {
    const keys = await Promise.all(Array.from({ length: 20 }, () => newKey().read()));
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
    expect(keys[0]).toHaveLength(32);
    await expect(newKey().read()).resolves.toEqual(keys[0]);
  });

  it('is another one in another deployment, and after Redis has lost it', async () => {
    const key = newKey();
    const before = await key.read();
    await expect(newKey(`${opened.prefix}-b`).read()).resolves.not.toEqual(before);
    await opened.redis.del(`${opened.prefix}:deployment-key`);
    await expect(key.read()).resolves.not.toEqual(before);
  });

  it('says that Redis is away', async () => {
    opened.redis.disconnect();
    await expect(newKey().read()).rejects.toMatchObject({ code: 'unavailable' });
  });
});
