import { setTimeout as delay } from 'node:timers/promises';
import { type App, type Receiver, type Stack, startReceiver, startStack, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Api } from './api.js';

const KEYS = ['anna', 'ben', 'cleo', 'dora'];
const JOBS = 30;
const WORK_MS = 10;
/** Milliseconds after which every worker heeds new limits, as the API says. */
const HEEDED_MS = 1_500;

let stack: Stack;
let receiver: Receiver;
let gateways: App[];
/** Requests in the order in which they came, and how many of each key are under way. */
let seen: { key: string; n: number }[];
let most: Map<string, number>;

beforeAll(async () => {
  receiver = await startReceiver();
  stack = await startStack({ apps: [], env: { LOCK_DURATION: '2000' } });
  gateways = [stack.gateway, await stack.start('gateway')];
}, 60_000);
afterAll(async () => {
  await stack?.stop();
  await receiver?.stop();
}, 60_000);

beforeEach(() => {
  seen = [];
  most = new Map();
  const busy = new Map<string, number>();
  receiver.respond = async ({ path }) => {
    const [, key = '', n] = path.split('/');
    const now = (busy.get(key) ?? 0) + 1;
    busy.set(key, now);
    most.set(key, Math.max(most.get(key) ?? 0, now));
    const isFirst = !seen.some((earlier) => earlier.key === key && earlier.n === Number(n));
    seen.push({ key, n: Number(n) });
    await delay(WORK_MS);
    busy.set(key, (busy.get(key) ?? 0) - 1);
    return isFirst && Number(n) % 7 === 3 ? { status: 503 } : { body: {} };
  };
});

const apis = () => gateways.map(({ url }) => new Api(url, stack.apiKey));
const jobOf = (key: string, n: number) => ({
  name: 'http.request',
  payload: { url: `${receiver.url}/${key}/${n}`, method: 'GET' },
  backoff: { type: 'fixed', delay: 50 },
});

/** At whichever gateway is there, until one has acknowledged it. */
async function submit(key: string, n: number): Promise<string> {
  const body = { ...jobOf(key, n), orderingKey: key };
  return waitFor(async () => {
    const api = apis()[(n + Math.floor(performance.now())) % gateways.length] as Api;
    const answer = await api.call('POST', '/v1/jobs', body, { 'idempotency-key': `${key}-${n}` }).catch(() => undefined);
    return answer && answer.status < 300 ? answer.body.id : undefined;
  });
}

describe('jobs of one ordering key', () => {
  it('run one at a time and in order through retries, a killed gateway and killed workers', async () => {
    let worker = await stack.start('worker', { QUEUES: 'io:20' });
    const submitting = KEYS.map(async (key) => {
      for (let n = 0; n < JOBS; n++) await submit(key, n);
    });
    const untilSeen = (count: number) => waitFor(() => seen.length >= count, { timeoutMs: 30_000, describe: `${count} requests` });
    await untilSeen(10);
    await gateways[0]?.kill();
    await untilSeen(40);
    await worker.kill();
    worker = await stack.start('worker', { QUEUES: 'io:20' });
    await Promise.all(submitting);
    await untilSeen(90);
    await worker.kill();
    await stack.start('worker', { QUEUES: 'io:20' });
    const isLast = ({ n }: { n: number }) => n === JOBS - 1;
    await waitFor(() => new Set(seen.filter(isLast).map(({ key }) => key)).size === KEYS.length, { timeoutMs: 30_000 });
    for (const key of KEYS) {
      const order = seen.filter((request) => request.key === key).map(({ n }) => n);
      expect(order).toEqual([...order].sort((a, b) => a - b)); // none before, and none again after, its successor
      expect(new Set(order).size).toBe(JOBS);
      expect(most.get(key)).toBe(1);
    }
  }, 120_000);
});

describe('a tenant with limits', () => {
  it('has no more jobs running than they allow, while they last', async () => {
    const [, api] = apis() as [Api, Api];
    const path = '/v1/tenants/test/limits';
    expect(await api.call('PUT', path, { concurrency: { io: 3 } })).toMatchObject({ status: 200, body: { concurrency: { io: 3 } } });
    await delay(HEEDED_MS);
    const jobs = Array.from({ length: 60 }, (_, n) => jobOf('all', n));
    await api.call('POST', '/v1/jobs:batch', { jobs });
    const distinct = () => new Set(seen.map(({ n }) => n)).size;
    await waitFor(() => distinct() >= 30, { timeoutMs: 30_000 });
    expect(most.get('all')).toBe(3);
    await api.call('PUT', path, { concurrency: { io: 20 } });
    await waitFor(() => distinct() === 60, { timeoutMs: 30_000 });
    expect(most.get('all')).toBeGreaterThan(3);
  }, 120_000);
});
