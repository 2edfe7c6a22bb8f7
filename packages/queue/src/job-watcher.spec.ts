import { createSignal, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectWorker, type RedisClient } from './connection.js';
import { type Opened, open, submission, work } from './fixtures/open.js';
import { JobClient } from './job-client.js';
import { JobWatcher } from './job-watcher.js';

let opened: Opened;
let patient: RedisClient;
let watcher: JobWatcher;

beforeEach(async () => {
  opened = await open();
  patient = connectWorker(opened.url, () => {});
  watcher = new JobWatcher(opened.jobs, patient, opened.prefix, () => {});
});
afterEach(async () => {
  await watcher.close();
  patient.disconnect();
  opened[Symbol.dispose]();
});

const submit = async () => (await opened.jobs.submit(submission())).job.id;
const asyncClosing = (leaving: JobWatcher) => Object.assign(leaving, { [Symbol.asyncDispose]: () => leaving.close() });
const never = () => new AbortController().signal;

/** Names of the clients that read an event stream of this test. */
async function streamReaders(): Promise<string[]> {
  const clients = String(await opened.redis.call('CLIENT', 'LIST'));
  const name = Buffer.from('io').toString('base64');
  return clients.split('\n').filter((line) => line.includes(`name=${opened.prefix}:${name}:qe`) && line.includes('cmd=xread'));
}

describe('JobWatcher', () => {
  it('answers as soon as it hears that a job has finished', async () => {
    let reads = 0;
    class CountingClient extends JobClient {
      override get(id: string) {
        reads++;
        return super.get(id);
      }
    }
    await using listening = asyncClosing(
      new JobWatcher(new CountingClient(opened.queues, opened.redis, opened.prefix, opened.admission), patient, opened.prefix, () => {}),
    );
    const id = await submit();
    const waiting = listening.waitUntilFinished(id, never());
    // By now it looks again only every other second: what is sooner came by the event.
    await waitFor(() => reads >= 5, { describe: 'the fifth look' });
    const before = reads;
    const startedAt = performance.now();
    await using _worker = work(opened, async () => 'done');
    await expect(waiting).resolves.toMatchObject({ id, state: 'completed', result: 'done' });
    expect(performance.now() - startedAt).toBeLessThan(1_200);
    expect(reads).toBe(before + 1);
  });

  it('answers at once for a job that has finished before', async () => {
    const id = await submit();
    const finished = createSignal('finished');
    await using _worker = work(opened, async () => finished.set());
    await finished.wait();
    await waitFor(async () => (await opened.jobs.get(id)).state === 'completed');
    await expect(watcher.waitUntilFinished(id, never())).resolves.toMatchObject({ state: 'completed' });
  });

  it('answers with the job as it is when the caller gives up', async () => {
    const id = await submit();
    const patience = new AbortController();
    const waiting = watcher.waitUntilFinished(id, patience.signal);
    patience.abort();
    await expect(waiting).resolves.toMatchObject({ id, state: 'waiting' });
    await expect(watcher.waitUntilFinished(id, patience.signal)).resolves.toMatchObject({ id, state: 'waiting' });
  });

  it('serves many waiters on one stream, each with its own job', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, submit));
    const waiting = [...ids, ...ids].map((id) => watcher.waitUntilFinished(id, never()));
    await waitFor(async () => (await streamReaders()).length > 0, { describe: 'the event stream to be read' });
    await expect(streamReaders()).resolves.toHaveLength(1);
    await using _worker = work(opened, async (job) => job.id, { concurrency: 20 });
    const finished = await Promise.all(waiting);
    expect(finished.map(({ result }) => result)).toEqual([...ids, ...ids]);
  });

  it('finds a job that ended while nobody heard of it', async () => {
    const id = await submit();
    const waiting = watcher.waitUntilFinished(id, never());
    await waitFor(async () => (await streamReaders()).length === 1, { describe: 'the event stream to be read' });
    // An end without an event, as when a burst has pushed it out of the stream.
    await opened.redis.hset(opened.queues.io.toKey(id), { returnvalue: '1', finishedOn: Date.now() });
    await expect(waiting).resolves.toMatchObject({ state: 'completed', result: 1 });
  });

  it('tells when there is no such job', async () => {
    await expect(watcher.waitUntilFinished('io_00000000000000000000000000', never())).rejects.toMatchObject({ code: 'job-not-found' });
  });
});

describe('JobWatcher.close', () => {
  it('ends the streams', async () => {
    const patience = new AbortController();
    const waiting = watcher.waitUntilFinished(await submit(), patience.signal);
    await waitFor(async () => (await streamReaders()).length === 1, { describe: 'the event stream to be read' });
    patience.abort();
    await waiting;
    await watcher.close();
    await waitFor(async () => (await streamReaders()).length === 0, { describe: 'the event stream to be left' });
  });
});
