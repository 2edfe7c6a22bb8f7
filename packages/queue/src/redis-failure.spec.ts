import { startRedis, waitFor } from '@dts/testkit';
import { describe, expect, it } from '@jest/globals';
import { connectProducer } from './connection.js';
import { explainFailure } from './redis-failure.js';

describe('explainFailure', () => {
  it('names what has become of Redis, not which option of a client that met', async () => {
    const server = await startRedis();
    const redis = connectProducer(server.url, () => undefined);
    const failure = () => redis.get('key').then(String, explainFailure);
    try {
      await waitFor(() => redis.status === 'ready');
      await expect(redis.set('key', 'value').then(() => redis.hgetall('key').catch(explainFailure))).resolves.toMatch(/^WRONGTYPE/);
      server.pause();
      await expect(failure()).resolves.toBe('Redis did not answer in time');
      server.resume();
      await server.kill();
      await waitFor(() => redis.status !== 'ready');
      await expect(failure()).resolves.toBe('there is no connection to Redis');
    } finally {
      redis.disconnect();
      await server.stop();
    }
  });

  it('calls a connection that is lost under way the same', () => {
    for (const message of ['Connection is closed.', 'Reached the max retries per request limit (which is 0). Refer to …']) {
      expect(explainFailure(new Error(message))).toBe('there is no connection to Redis');
    }
  });
});
