import { testPrefix, testRedisUrl } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Job } from 'bullmq';
import { connectWorker, type RedisClient } from '../connection.js';
import { type JobQueue, openQueues } from '../queues.js';
import { Starts } from './starts.js';
import type { WorkerJob } from './worker-job.js';

describe('Starts', () => {
  let redis: RedisClient;
  let queue: JobQueue;
  let starts: Starts;

  beforeEach(async () => {
    redis = connectWorker(testRedisUrl(), () => undefined);
    queue = openQueues(redis, testPrefix(), () => undefined).io;
    starts = new Starts(redis);
    await queue.add('http.request', { payload: {}, tenant: 'test' }, { jobId: 'io_1' });
  });
  afterEach(() => redis.disconnect());

  /** As a worker gets it after so many stalls. */
  async function fetched(stalls: number): Promise<WorkerJob> {
    if (stalls > 0) await redis.hset(queue.toKey('io_1'), 'stc', stalls);
    return (await Job.fromId(queue, 'io_1')) as WorkerJob;
  }
  const stored = () => redis.hgetall(queue.toKey('io_1'));

  it('asks nothing of Redis for a job that never stalled', async () => {
    const before = await stored();
    const job = await fetched(0);
    expect(await starts.begin(job)).toBe(0);
    await starts.end(job);
    expect(await stored()).toEqual(before);
  });

  it('counts starts that did not end, the one before the first stall as well', async () => {
    expect(await starts.begin(await fetched(1))).toBe(1);
    expect(await starts.begin(await fetched(2))).toBe(2);
    expect(await starts.begin(await fetched(3))).toBe(3);
  });

  it('counts fetches whose replies were lost as one at most, however many there were', async () => {
    expect(await starts.begin(await fetched(840))).toBe(1);
  });

  it('does not count a start that ended: by a retry, by a stop, by another worker that took over', async () => {
    for (let attempt = 1; attempt <= 5; attempt++) {
      const job = await fetched(1);
      expect(await starts.begin(job)).toBe(1);
      await starts.end(job);
    }
  });

  it('forgets with the job, and does not bring it back', async () => {
    const job = await fetched(1);
    await starts.begin(job);
    await job.remove();
    expect(await starts.begin(job)).toBe(0);
    await starts.end(job);
    expect(await redis.exists(queue.toKey('io_1'))).toBe(0);
  });
});
