import { type RedisCluster, startCluster, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectProducer, type RedisClient } from './connection.js';
import { callAtNodeOf } from './node-of-key.js';

describe('callAtNodeOf', () => {
  let cluster: RedisCluster;
  let redis: RedisClient;

  beforeAll(async () => {
    cluster = await startCluster();
    redis = connectProducer(cluster.url, () => {});
    await waitFor(() => redis.status === 'ready');
  });
  afterAll(async () => {
    redis.disconnect();
    await cluster.stop();
  });

  it('asks the node that serves the key, of all that a cluster has', async () => {
    for (let number = 0; number < 20; number++) {
      const key = `{${number}}`;
      const info = String(await waitFor(() => callAtNodeOf(redis, key, 'INFO', 'server')));
      expect(info).toContain(`tcp_port:${(await cluster.masterOf(key)).port}\r\n`);
    }
  });

  it('rejects with what the command is refused with', async () => {
    await expect(callAtNodeOf(redis, 'x', 'NO-SUCH')).rejects.toThrow(/^ERR unknown command/);
  });
});
