import { type App, type Receiver, type Stack, startReceiver, startStack, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Api } from './api.js';

interface Queue {
  readonly paused: boolean;
  readonly counts: Readonly<Record<string, number>>;
  readonly workers: number;
  readonly slots: number;
}

interface Worker {
  readonly id: string;
  readonly pid: number;
  readonly busy: number;
  readonly heartbeatAt: string;
}

interface Page<Item> {
  readonly items: readonly Item[];
}

const PATIENTLY = { timeoutMs: 45_000 };

describe('operating a queue', () => {
  let stack: Stack;
  let api: Api;
  let receiver: Receiver;
  let workers: App[];
  let inFlight = 0;
  let mostInFlight = 0;

  beforeAll(async () => {
    receiver = await startReceiver();
    stack = await startStack({ appEnv: { worker: { QUEUES: 'io:20', CONSUMPTION_TIMEOUT: '2000' } } });
    workers = [stack.apps.get('worker') as App, await stack.start('worker')];
    api = new Api(stack.url, stack.apiKey);
  });

  afterAll(async () => {
    await stack?.stop();
    await receiver?.stop();
  });

  beforeEach(() => {
    mostInFlight = 0;
    receiver.respond = async () => {
      mostInFlight = Math.max(mostInFlight, ++inFlight);
      await new Promise((resolve) => setTimeout(resolve, 30));
      inFlight--;
      return { body: {} };
    };
  });

  const queue = async () => (await api.call<Queue>('GET', '/v1/queues/io')).body;
  const listed = async () => (await api.call<Page<Worker>>('GET', '/v1/workers')).body.items;
  const limit = (limits: object) => api.call<Queue>('PUT', '/v1/queues/io/limits', { concurrency: null, rate: null, ...limits });
  /** Requests that came for `path`: one for each start of a job, as none is repeated here. */
  const arrivals = (path: string) => receiver.requests.filter((request) => request.path === path);
  const submit = async (path: string, count: number) => {
    const job = { name: 'http.request', payload: { url: receiver.url + path } };
    const answer = await api.call<{ results: { status: number }[] }>('POST', '/v1/jobs:batch', { jobs: Array(count).fill(job) });
    expect(answer.body.results.filter(({ status }) => status !== 201)).toEqual([]);
  };
  const untilDrained = () =>
    waitFor(async () => {
      const { counts } = await queue();
      return counts.waiting === 0 && counts.active === 0;
    }, PATIENTLY);
  /** Two heartbeats of every worker later: whatever a worker was about to do, it has done. */
  const twoHeartbeats = async () => {
    for (let beat = 0; beat < 2; beat++) {
      const before = new Map((await listed()).map(({ id, heartbeatAt }) => [id, heartbeatAt]));
      await waitFor(async () => (await listed()).every(({ id, heartbeatAt }) => before.get(id) !== heartbeatAt), PATIENTLY);
    }
  };

  it('starts nothing while it is paused under load, and drains when it is resumed', async () => {
    await submit('/paused', 600);
    await waitFor(() => arrivals('/paused').length >= 20, PATIENTLY);
    expect(await api.call<Queue>('POST', '/v1/queues/io:pause')).toMatchObject({ status: 200, body: { paused: true } });
    await waitFor(async () => (await queue()).counts.active === 0, PATIENTLY);
    const started = arrivals('/paused').length;
    await submit('/paused', 10);
    await twoHeartbeats();
    expect(arrivals('/paused').length).toBe(started);
    expect(await queue()).toMatchObject({ paused: true, counts: { waiting: 610 - started, active: 0 } });
    expect(await api.call<Queue>('POST', '/v1/queues/io:resume')).toMatchObject({ body: { paused: false } });
    await untilDrained();
    expect(arrivals('/paused')).toHaveLength(610);
    // No worker took the pause for a fault of its own.
    for (const { output } of workers) expect(output).not.toContain('fetching anew');
  }, 120_000);

  it('never runs more at once than its limit, on two workers', async () => {
    expect(await queue()).toMatchObject({ workers: 2, slots: 40 });
    expect((await limit({ concurrency: 3 })).status).toBe(200);
    await submit('/limited', 150);
    await untilDrained();
    expect([arrivals('/limited').length, mostInFlight]).toEqual([150, 3]);
    await limit({});
    await submit('/free', 150);
    await untilDrained();
    expect(mostInFlight).toBeGreaterThan(3);
  }, 120_000);

  it('starts no more in a window than its rate, and goes on at once when the rate is taken away', async () => {
    await limit({ rate: { max: 5, per: 1_000 } });
    const submittedAt = Date.now();
    await submit('/rate', 25);
    await untilDrained();
    // The last job starts in the fifth window, which begins four seconds after the first at least.
    expect(Math.max(...arrivals('/rate').map(({ receivedAt }) => receivedAt)) - submittedAt).toBeGreaterThanOrEqual(4_000);
    await limit({ rate: { max: 1, per: 3_600_000 } });
    await submit('/hourly', 40);
    await waitFor(() => arrivals('/hourly').length === 1, PATIENTLY);
    await twoHeartbeats();
    expect(arrivals('/hourly')).toHaveLength(1);
    await limit({});
    await untilDrained();
    expect(arrivals('/hourly')).toHaveLength(40);
    for (const { output } of workers) expect(output).not.toContain('fetching anew');
  }, 120_000);

  it('goes on when the worker that has all of a limit is killed, and lists that for ten seconds more', async () => {
    await waitFor(async () => (await listed()).length === 2, PATIENTLY);
    await limit({ concurrency: 1 });
    let isHeld = true;
    receiver.respond = () => (isHeld ? new Promise<never>(() => {}) : { body: {} });
    await submit('/orphans', 10);
    const victim = await waitFor(async () => (await listed()).find(({ busy }) => busy === 1), PATIENTLY);
    isHeld = false;
    await workers.find(({ pid }) => pid === victim.pid)?.kill();
    const left = Number(await stack.redis.call('PTTL', `${stack.prefix}:worker:${victim.id}`));
    expect(left).toBeLessThanOrEqual(10_000);
    await waitFor(async () => (await listed()).every(({ pid }) => pid !== victim.pid), { timeoutMs: 20_000 });
    expect(await queue()).toMatchObject({ workers: 1, slots: 20 });
    await untilDrained();
    expect(arrivals('/orphans')).toHaveLength(11); // one of them ran twice
  }, 120_000);

  it('is in the audit log, the newest first', async () => {
    const { items } = (await api.call<Page<{ action: string; outcome: string }>>('GET', '/v1/audit?limit=100')).body;
    expect(items.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      ...Array(6).fill('queue.limit done'),
      'queue.resume done',
      'queue.pause done',
    ]);
  });
});
