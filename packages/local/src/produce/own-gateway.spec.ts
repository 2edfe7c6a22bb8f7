import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { testPrefix, testRedisUrl } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TemporaryFolder } from '../testing/temporary-folder.js';
import { startOwnGateway } from './own-gateway.js';

const CHECKOUT = resolve(import.meta.dirname, '../../../..');

let folder: TemporaryFolder;
beforeEach(() => {
  folder = new TemporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const start = (env: NodeJS.ProcessEnv) =>
  startOwnGateway({ processEnv: { ...process.env, ...env }, checkout: CHECKOUT, dataDir: folder.path });

describe('a gateway for one run', () => {
  it('serves the Redis that is there, with a key that is found there as well, until it is stopped', async () => {
    // The test's Redis may be weaker than what is promised by default.
    const gateway = await start({ REDIS_URL: testRedisUrl(), QUEUE_PREFIX: testPrefix(), DURABILITY: 'fast' });
    const ask = () => fetch(`${gateway.url}/v1/job-types`, { headers: { authorization: `Bearer ${gateway.apiKey}` } });
    try {
      expect((await ask()).status).toBe(200);
      expect(readdirSync(folder.path)).toContain('api-key');
    } finally {
      await gateway.stop();
    }
    await expect(ask()).rejects.toThrow();
  });

  it('is refused where no Redis answers', async () => {
    await expect(start({ REDIS_URL: 'redis://127.0.0.1:1' })).rejects.toThrow(/127\.0\.0\.1:1/);
  });
});
