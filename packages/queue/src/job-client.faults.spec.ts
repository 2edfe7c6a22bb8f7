import { randomUUID } from 'node:crypto';
import { type RedisServer, startRedis, testPrefix, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { Opened, open, submission } from './fixtures/open.js';
import { jobIdFor } from './job-id.js';

/** Milliseconds in which a caller must have an answer, whatever has become of Redis: the command timeout and a little. */
const ANSWER_MS = 1_300;

let server: RedisServer;
let opened: Opened;

beforeEach(async () => {
  server = await startRedis();
  opened = await open(server.url);
});
afterEach(async () => {
  opened[Symbol.dispose]();
  await server.stop();
});

const submit = (idempotencyKey?: string) => opened.jobs.submit(submission({ idempotencyKey }));
/** Goes on submitting with the same key until it is acknowledged. */
const submitUntilAcknowledged = (idempotencyKey: string) => waitFor(() => submit(idempotencyKey), { timeoutMs: 10_000 });

async function timed<T>(promise: Promise<T>): Promise<{ error: unknown; ms: number }> {
  const startedAt = performance.now();
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { error, ms: performance.now() - startedAt };
}

describe('JobClient on a Redis that', () => {
  it('is paused says within a second that the outcome is unknown, and stores one job when asked again', async () => {
    const idempotencyKey = randomUUID();
    const id = jobIdFor('io', 'acme', idempotencyKey);
    server.pause();
    const [keyed, unkeyed, read] = await Promise.all([timed(submit(idempotencyKey)), timed(submit()), timed(opened.jobs.get(id))]);
    expect(keyed.error).toMatchObject({ code: 'outcome-unknown', jobId: id });
    expect(unkeyed.error).toMatchObject({ code: 'outcome-unknown', jobId: expect.stringMatching(/^io_/) });
    expect(read.error).toMatchObject({ code: 'unavailable' });
    expect(Math.max(keyed.ms, unkeyed.ms, read.ms)).toBeLessThan(ANSWER_MS);
    server.resume();
    await expect(submitUntilAcknowledged(idempotencyKey)).resolves.toMatchObject({ job: { id } });
    const ids = await opened.storedIds();
    expect(ids.filter((stored) => stored === id)).toHaveLength(1);
  });

  it('is gone is told at once, and the same client works again unaided when it is back', async () => {
    const idempotencyKey = randomUUID();
    await submit();
    await server.kill();
    const lost = await timed(submit(idempotencyKey));
    expect(lost.error).toMatchObject({ code: expect.stringMatching(/^(unavailable|outcome-unknown)$/) });
    const refused = await timed(waitFor(() => opened.redis.status !== 'ready').then(() => submit(idempotencyKey)));
    expect(refused.error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('no connection') });
    expect(Math.max(lost.ms, refused.ms)).toBeLessThan(ANSWER_MS);
    await server.restart();
    await submitUntilAcknowledged(idempotencyKey);
    await expect(opened.storedIds()).resolves.toHaveLength(2);
  });

  it('comes up after the client works as soon as it is there', async () => {
    await server.kill();
    using early = new Opened(server.url, testPrefix());
    await expect(early.jobs.submit(submission())).rejects.toMatchObject({ code: 'unavailable' });
    await server.restart();
    await early.ready();
    await expect(early.jobs.submit(submission())).resolves.toMatchObject({ outcome: 'created' });
  });

  it('is out of memory refuses, does not remember the key, and tells what it has acknowledged', async () => {
    const [idempotencyKey, earlier] = [randomUUID(), randomUUID()];
    const { job } = await submit(earlier);
    await opened.redis.config('SET', 'maxmemory', '1');
    await expect(submit(earlier)).resolves.toMatchObject({ outcome: 'replayed', job: { id: job.id } });
    await expect(submit(idempotencyKey)).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('OOM') });
    await opened.redis.config('SET', 'maxmemory', '0');
    await expect(opened.redis.keys('*:idempotency:*')).resolves.toHaveLength(1);
    const other = submission({ idempotencyKey, payload: { url: 'http://other.test/' } });
    await expect(opened.jobs.submit(other)).resolves.toMatchObject({ outcome: 'created' });
  });

  it('refuses the job after it took the claim takes the same job later, and no other', async () => {
    const idempotencyKey = randomUUID();
    await opened.redis.call('ACL', 'SETUSER', 'default', 'resetkeys', '~*:idempotency:*', '~*:io_*');
    await expect(submit(idempotencyKey)).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('NOPERM') });
    await opened.redis.call('ACL', 'SETUSER', 'default', 'allkeys');
    await expect(opened.storedIds()).resolves.toEqual([]);
    const other = submission({ idempotencyKey, payload: { url: 'http://other.test/' } });
    await expect(opened.jobs.submit(other)).rejects.toMatchObject({ code: 'idempotency-conflict' });
    const { job } = await submit(idempotencyKey);
    await expect(opened.storedIds()).resolves.toEqual([job.id]);
  });
});

describe('a key', () => {
  it('stays claimed though the gateway that claimed it was refused: another one may have relied on it', async () => {
    await opened.redis.call('ACL', 'SETUSER', 'weak', 'on', '>pw', '+@all', '~*:idempotency:*', '~*:io_*');
    using weak = await open(`redis://weak:pw@127.0.0.1:${server.port}`, opened.prefix);
    const thumbnail = { sourceUrl: 'http://a.test/1.png', destinationUrl: 'http://a.test/2.png', width: 10 };
    for (let round = 0; round < 20; round++) {
      const idempotencyKey = randomUUID();
      const refused = weak.jobs.submit(submission({ idempotencyKey })).catch((error: unknown) => error);
      const { job } = await submit(idempotencyKey);
      expect(await refused).toMatchObject({ message: expect.stringContaining('NOPERM') });
      const other = submission({ name: 'image.thumbnail', payload: thumbnail, idempotencyKey });
      await expect(opened.jobs.submit(other)).rejects.toMatchObject({ code: 'idempotency-conflict' });
      await opened.queues.io.remove(job.id);
      await expect(submit(idempotencyKey)).resolves.toMatchObject({ outcome: 'replayed', job: { state: 'completed' } });
    }
  });

  it('is marked as stored after its job, never before: a crash in between must not lose the job', async () => {
    const commands: string[] = [];
    const client = new Redis(server.url);
    const monitor = await client.monitor();
    client.disconnect();
    monitor.on('monitor', (_time: string, args: string[]) => commands.push(args.join(' ')));
    await submit(randomUUID());
    const indexOf = (part: RegExp) => commands.findIndex((command) => part.test(command));
    await waitFor(() => indexOf(/"stored":true/) >= 0, { describe: 'the mark' });
    monitor.disconnect();
    expect(indexOf(/^hmset /i)).toBeGreaterThanOrEqual(0);
    expect(indexOf(/"stored":true/)).toBeGreaterThan(indexOf(/^hmset /i));
  });
});

describe('openQueues', () => {
  it('keeps event streams short, also on a Redis that was emptied', async () => {
    const limit = () => opened.redis.hget(opened.queues.io.toKey('meta'), 'opts.maxLenEvents');
    await waitFor(async () => (await limit()) === '1000');
    await opened.redis.flushall();
    await expect(limit()).resolves.toBeNull();
    await server.restart();
    await waitFor(async () => (await limit()) === '1000');
  });
});
