import { once } from 'node:events';
import { connect } from 'node:net';
import { connectProducer, connectWorker, JobLogs, type RedisClient } from '@dts/queue';
import { Draining } from '@dts/runtime';
import { createSignal, EventStream, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Worker } from 'bullmq';
import { bearer, type Gateway, type KeyId, startGateway } from '../fixtures/gateway.js';

let gateway: Gateway;
let beside: Gateway;
let redis: RedisClient;

beforeAll(async () => {
  beside = await startGateway();
  // The last one to start is the one whose metrics are told.
  gateway = await startGateway({ QUEUE_PREFIX: beside.env.QUEUE_PREFIX, EVENT_STREAMS: '4', EVENT_STREAMS_PER_KEY: '3' });
  redis = connectProducer(gateway.env.REDIS_URL, () => {});
  for (const one of [gateway, beside]) await waitFor(async () => (await one.call('GET', '/readyz')).status === 200);
});
afterAll(async () => {
  redis.disconnect();
  await gateway[Symbol.asyncDispose]();
  await beside[Symbol.asyncDispose]();
});

async function submit(as: KeyId = 'caller'): Promise<string> {
  const body = { name: 'http.request', payload: { url: 'http://service.test/hook' } };
  return (await gateway.call('POST', '/v1/jobs', { as, body })).body.id;
}

const pathOf = (id: string) => `/v1/jobs/${id}/events`;
const follow = (id: string, { at = gateway, as = 'reader' as KeyId, last = '' } = {}) =>
  EventStream.open(at.url + pathOf(id), { ...bearer(as), ...(last && { 'last-event-id': last }) });
const wordsOf = ({ events }: EventStream) => events.map(({ event, data }) => `${event} ${data.state ?? data.text ?? data.progress}`);
const log = (id: string, line: string) => new JobLogs(redis).append(`${gateway.env.QUEUE_PREFIX}:io:${id}`, line);
const openStreams = async () => Number(/^dts_event_streams (\d+)$/m.exec((await gateway.call('GET', '/metrics')).text)?.[1]);

/** A real worker of the io queue. */
function work(run: (id: string) => Promise<unknown>): AsyncDisposable {
  const connection = connectWorker(gateway.env.REDIS_URL, () => {});
  const worker = new Worker('io', (job) => run(job.id ?? ''), { connection, prefix: gateway.env.QUEUE_PREFIX });
  return {
    async [Symbol.asyncDispose]() {
      await worker.close();
      connection.disconnect();
    },
  };
}

describe('GET /v1/jobs/{id}/events', () => {
  it('tells a job to its end, and goes on at another gateway where the first was left', async () => {
    const id = await submit();
    const finish = createSignal('finish');
    await using first = await follow(id);
    expect(first.response.status).toBe(200);
    expect(Object.fromEntries(first.response.headers)).toMatchObject({
      'content-type': expect.stringMatching(/^text\/event-stream/),
      'cache-control': 'no-store',
      'x-request-id': expect.any(String),
      'x-content-type-options': 'nosniff',
    });
    await first.until(({ data }) => data.state === 'waiting');
    await using _worker = work(async (running) => {
      await log(running, 'one');
      await finish.wait(30_000);
      await log(running, 'two');
      return 1;
    });
    const { id: last } = await first.until(({ data }) => data.text === 'one');
    await first.leave();
    await using second = await follow(id, { at: beside, last });
    finish.set();
    await expect(second.ended).resolves.toBe(true);
    expect([wordsOf(first), wordsOf(second)]).toEqual([
      ['state waiting', 'state active', 'log one'],
      ['log two', 'state completed'],
    ]);
    expect(second.events.at(-1)?.data).toEqual({ id, state: 'completed', at: expect.any(String), attemptsMade: 1, error: null });
    expect(second.events[0]?.data).toEqual({ id, line: 1, text: 'two' });
  });

  it.each(['', 'x', 'active', '0-0', '9'.repeat(200), 'active.1.1.1.99999'])(
    'begins with how a job is for the Last-Event-ID %p',
    async (last) => {
      const id = await submit();
      await gateway.call('DELETE', `/v1/jobs/${id}`, { as: 'caller' });
      await using stream = await follow(id, { last });
      await stream.ended;
      expect(wordsOf(stream)).toEqual(['state cancelled']);
    },
  );

  it("hides another tenant's job, but not from operators, and knows no parameters", async () => {
    const id = await submit();
    for (const [path, as, status, code] of [
      [pathOf(id), 'stranger', 404, 'job-not-found'],
      [pathOf('io_1'), 'reader', 404, 'job-not-found'],
      [pathOf('meta'), 'operator', 404, 'job-not-found'],
      [`${pathOf(id)}?from=1`, 'reader', 422, 'invalid-request'],
    ] as const) {
      expect(await gateway.call('GET', path, { as })).toMatchObject({ status, body: { code } });
    }
    expect(await gateway.call('GET', pathOf(id))).toMatchObject({ status: 401 });
    await using stream = await follow(id, { as: 'viewer' });
    await stream.until(({ data }) => data.state === 'waiting');
  });

  it('answers 429 when a key, or all together, have as many open as they may, until one is closed', async () => {
    const id = await submit();
    const open: EventStream[] = [];
    for (let count = 0; count < 3; count++) open.push(await follow(id));
    const refused = await gateway.call('GET', pathOf(id), { as: 'reader' });
    expect(refused).toMatchObject({ status: 429, body: { code: 'too-many-streams', detail: expect.stringContaining('"reader" has 3') } });
    expect(refused.headers.get('retry-after')).toBe('1');
    open.push(await follow(id, { as: 'viewer' }));
    expect(await gateway.call('GET', pathOf(id), { as: 'operator' })).toMatchObject({
      status: 429,
      body: { detail: expect.stringContaining('gateway has 4') },
    });
    await open[0]?.leave();
    await waitFor(async () => (await openStreams()) === 3);
    await using again = await follow(id);
    expect(again.response.status).toBe(200);
    for (const stream of open) await stream.leave();
  });

  it('lets go at once of a client that is gone, however it went', async () => {
    const id = await submit();
    await waitFor(async () => (await openStreams()) === 0);
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    socket.write(`GET ${pathOf(id)} HTTP/1.1\r\nHost: x\r\nAuthorization: ${bearer('reader').authorization}\r\n\r\n`);
    await once(socket, 'data');
    expect(await openStreams()).toBe(1);
    socket.resetAndDestroy();
    await waitFor(async () => (await openStreams()) === 0);
  });

  it('does not follow for who asks for the head only', async () => {
    const { status } = await gateway.call('HEAD', pathOf(await submit()), { as: 'reader' });
    expect(status).toBeLessThan(500);
    await waitFor(async () => (await openStreams()) === 0);
  });

  it('ends in order when the gateway stops', async () => {
    const leaving = await startGateway({ QUEUE_PREFIX: gateway.env.QUEUE_PREFIX });
    await waitFor(async () => (await leaving.call('GET', '/readyz')).status === 200);
    const id = await submit();
    await using stream = await follow(id, { at: leaving });
    const { id: last } = await stream.until(({ data }) => data.state === 'waiting');
    leaving.app.get(Draining).begin();
    await expect(stream.ended).resolves.toBe(true);
    await leaving[Symbol.asyncDispose]();
    await gateway.call('DELETE', `/v1/jobs/${id}`, { as: 'caller' });
    await using next = await follow(id, { last });
    await expect(next.ended).resolves.toBe(true);
    expect(wordsOf(next)).toEqual(['state cancelled']);
  });
});
