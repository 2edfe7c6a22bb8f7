import { freePort, startReceiver, startRedis } from '@dts/testkit';
import { describe, expect, it } from '@jest/globals';
import { assertReachable } from './external-redis.js';

describe('assertReachable', () => {
  it('accepts a Redis that answers, and names what is wrong with a password without showing it', async () => {
    const redis = await startRedis({ config: { requirepass: 'right' } });
    try {
      await expect(assertReachable(`redis://:right@127.0.0.1:${redis.port}`)).resolves.toBeUndefined();
      const wrong = assertReachable(`redis://:wr0ng-secret@127.0.0.1:${redis.port}`);
      await expect(wrong).rejects.toThrow(/^Redis at 127\.0\.0\.1:\d+ cannot be used \((?!.*wr0ng-secret).*WRONGPASS.*\): check REDIS_URL/);
      await expect(assertReachable(`redis://127.0.0.1:${redis.port}`)).rejects.toThrow('NOAUTH');
      await expect(assertReachable(`redis://:right@127.0.0.1:${redis.port}/99`)).rejects.toThrow('ERR DB index is out of range');
      await expect(assertReachable(`redis://:right@127.0.0.1:${redis.port}/1`)).resolves.toBeUndefined();
    } finally {
      await redis.stop();
    }
  });

  it.each(['redis', 'rediss', 'redis+sentinel', 'redis+cluster'])('says that nothing answers a %s URL', async (scheme) => {
    const hosts = `127.0.0.1:${await freePort()}`;
    await expect(assertReachable(`${scheme}://user:secret@${hosts}`)).rejects.toThrow(
      new RegExp(`^Redis at ${hosts} cannot be used \\((?!.*secret).*ECONNREFUSED.*\\): check REDIS_URL`),
    );
  });

  it('is content with one node of a cluster', async () => {
    const node = await startReceiver();
    await expect(assertReachable(`redis+cluster://127.0.0.1:${await freePort()},127.0.0.1:${node.port}`)).resolves.toBeUndefined();
    await node.stop();
  });
});
