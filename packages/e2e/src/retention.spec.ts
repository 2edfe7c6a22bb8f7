import { type Receiver, type Stack, startReceiver, startStack, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api, type Job } from './api.js';

const DAY_MS = 24 * 3_600_000;
const PATIENTLY = { timeoutMs: 30_000 };

type Counts = Readonly<Record<string, number>>;

describe('jobs that have ended early', () => {
  let stack: Stack;
  let api: Api;
  let receiver: Receiver;

  beforeAll(async () => {
    receiver = await startReceiver(() => ({ status: 500 }));
    stack = await startStack({ apps: ['worker', 'scaler'] });
    api = new Api(stack.url, stack.apiKey);
  });

  afterAll(async () => {
    await stack?.stop();
    await receiver?.stop();
  });

  const payload = () => ({ url: receiver.url });
  const job = async (id: string) => api.call<Job & { code?: string }>('GET', `/v1/jobs/${id}`);
  const counts = async () => (await api.call<{ counts: Counts }>('GET', '/v1/queues/io')).body.counts;
  const metrics = async () => (await fetch(`${stack.apps.get('scaler')?.url}/metrics`)).text();

  /** Lets time pass for jobs that have ended. */
  async function age(id: string, by: number): Promise<void> {
    const key = (part: string) => `${stack.prefix}:io:${part}`;
    const ended = String(Date.now() - by);
    await stack.redis.call('HSET', key(id), 'finishedOn', ended);
    for (const set of ['failed', 'cancelled', 'expired']) await stack.redis.call('ZADD', key(set), 'XX', ended, id);
  }

  it('are counted as what they are, and gone after a day; dead ones stay', async () => {
    const body = { name: 'http.request', payload: payload(), delay: 3_600_000 };
    const key = { 'idempotency-key': 'not-wanted-any-more' };
    const cancelled = (await api.call('POST', '/v1/jobs', body, key)).body.id;
    await api.call('DELETE', `/v1/jobs/${cancelled}`);
    const expired = await api.submit('http.request', payload(), { startBy: new Date(Date.now() - 1_000).toISOString() });
    const dead = await api.submit('http.request', payload(), { attempts: 1 });
    await waitFor(async () => (await counts()).cancelled === 1 && (await counts()).expired === 1 && (await counts()).dead === 1, PATIENTLY);
    await waitFor(async () => /dts_queue_jobs\{queue="io",state="dead"\} 1\n/.test(await metrics()), PATIENTLY);
    expect(await metrics()).toMatch(/dts_queue_jobs\{queue="io",state="cancelled"\} 1\n/);

    for (const id of [cancelled, expired, dead]) await age(id, DAY_MS - 60_000);
    for (const id of [cancelled, dead]) await age(id, DAY_MS + 1_000);
    await waitFor(async () => (await job(cancelled)).status === 404, PATIENTLY);
    expect((await job(cancelled)).body).toMatchObject({ code: 'job-not-found' });
    expect((await job(expired)).body).toMatchObject({ state: 'expired' });
    expect((await job(dead)).body).toMatchObject({ state: 'dead' });
    expect(await counts()).toMatchObject({ cancelled: 0, expired: 1, dead: 1 });
    const again = await api.call('POST', '/v1/jobs', body, key);
    expect(again).toMatchObject({ status: 200, body: { id: cancelled, state: 'cancelled' } });
  });

  it('are told apart by the worker, whether or not there is a gateway', async () => {
    const expired = async () => Number(await stack.redis.call('ZCARD', `${stack.prefix}:io:expired`));
    await stack.apps.get('worker')?.stop();
    await api.submit('http.request', payload(), { startBy: new Date(Date.now() - 1_000).toISOString() });
    await stack.gateway.stop();
    const before = await expired();
    await stack.start('worker');
    await waitFor(async () => (await expired()) === before + 1, PATIENTLY);
  });
});
