import { Cancellations, connectProducer, connectWorker, openQueues, type Queues, type RedisClient } from '@dts/queue';
import { createSignal, testPrefix, testRedisUrl, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CancelListener } from './cancel-listener.js';

const ignore = () => undefined;

describe('CancelListener', () => {
  let prefix: string;
  let redis: RedisClient;
  let queues: Queues;
  let cancellations: Cancellations;
  let listener: CancelListener | undefined;

  beforeEach(async () => {
    prefix = testPrefix();
    redis = connectProducer(testRedisUrl(), ignore);
    queues = openQueues(redis, prefix, ignore);
    cancellations = new Cancellations(redis, prefix);
    await waitFor(() => redis.status === 'ready');
    await queues.io.add('x', { payload: null, tenant: 't' }, { jobId: 'some-job' });
    await redis.set(`${queues.io.toKey('some-job')}:lock`, 'token', 'PX', 60_000);
  });

  afterEach(() => {
    listener?.stop();
    redis.disconnect();
  });

  const listen = (onCancel: (id: string) => void) => {
    const cancel = (id: string) => {
      onCancel(id);
      return true;
    };
    listener = new CancelListener(redis, connectWorker(testRedisUrl(), ignore), prefix, cancel);
    listener.start();
  };

  it('stops a job when it is told', async () => {
    const told = createSignal<string>('told');
    listen(told.set);
    await waitFor(async () => (await redis.pubsub('NUMSUB', `${prefix}:cancel`))[1] === 1);
    await cancellations.request(queues.io, 'some-job');
    expect(await told.wait()).toBe('some-job');
  });

  it('finds what it was not told', async () => {
    await cancellations.request(queues.io, 'some-job');
    const found = createSignal<string>('found');
    listen(found.set);
    expect(await found.wait()).toBe('some-job');
  });

  it('finds in less than a second what comes right after a look', async () => {
    const looks: number[] = [];
    const looked = createSignal('looked');
    await cancellations.request(queues.io, 'some-job');
    listen(() => {
      looks.push(performance.now());
      if (looks.length === 4) looked.set(undefined);
    });
    await looked.wait();
    const apart = looks.slice(1).map((at, index) => at - (looks[index] ?? at));
    expect(Math.min(...apart)).toBeLessThan(900);
  });
});
