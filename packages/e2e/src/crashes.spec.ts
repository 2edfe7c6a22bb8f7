import { type App, type Receiver, type Stack, startReceiver, startStack, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api } from './api.js';

const JOBS = 100;

describe('crashes', () => {
  let stack: Stack;
  let api: Api;
  let receiver: Receiver;

  beforeAll(async () => {
    receiver = await startReceiver();
    stack = await startStack();
    api = new Api(stack.url, stack.apiKey);
  });

  afterAll(async () => {
    await stack?.stop();
    await receiver?.stop();
  });

  const submitMany = () =>
    Promise.all(Array.from({ length: JOBS }, () => api.submit('http.request', { url: `${receiver.url}/x`, method: 'GET' })));
  const endOf = async (ids: string[]) => Promise.all(ids.map((id) => api.wait(id, 40)));

  it('finishes every job that ran on a worker killed with -9, and buries none', async () => {
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    receiver.respond = async () => {
      await held;
      return { body: {} };
    };
    const ids = await submitMany();
    await receiver.waitForCount(JOBS, 15_000);
    await (stack.apps.get('worker') as App).program.kill();
    answer();
    const next = await stack.start('worker');
    const jobs = await endOf(ids);
    expect(jobs.map((job) => job.state)).toEqual(ids.map(() => 'completed'));
    // A crash is not the job's fault: no attempt is used up by it.
    expect(jobs.map((job) => job.attemptsMade)).toEqual(ids.map(() => 1));
    await next.stop();
  }, 60_000);

  it('keeps every acknowledged job when Redis is killed with -9, and goes on unaided', async () => {
    receiver.respond = () => ({ body: {} });
    const ids = await submitMany();
    await stack.redis.kill();
    const refused = await api.call<{ jobId: string }>(
      'POST',
      '/v1/jobs',
      { name: 'http.request', payload: { url: receiver.url } },
      { 'idempotency-key': 'during-outage' },
    );
    expect(refused).toMatchObject({ status: 503, body: { jobId: expect.any(String) } });
    expect(refused.headers.get('retry-after')).toBe('1');
    await stack.redis.restart();
    const again = await waitFor(async () => {
      const answer = await api.call(
        'POST',
        '/v1/jobs',
        { name: 'http.request', payload: { url: receiver.url } },
        { 'idempotency-key': 'during-outage' },
      );
      return answer.status < 300 && answer;
    });
    expect(again.body.id).toBe(refused.body.jobId);
    await stack.start('worker');
    const jobs = await endOf([...ids, again.body.id]);
    expect(jobs.map((job) => job.state)).toEqual(jobs.map(() => 'completed'));
  }, 60_000);
});

describe('workers that are killed again and again, by no fault of their jobs', () => {
  const KILLS = 5;
  let stack: Stack;
  let receiver: Receiver;

  beforeAll(async () => {
    receiver = await startReceiver();
    stack = await startStack({ appEnv: { worker: { LOCK_DURATION: '1000' } } });
  });

  afterAll(async () => {
    await stack?.stop();
    await receiver?.stop();
  });

  it('lose none of many long jobs, bury none, and run them all at once in quarantine', async () => {
    const api = new Api(stack.url, stack.apiKey);
    const held: (() => void)[] = [];
    receiver.respond = () => new Promise((resolve) => held.push(() => resolve({ body: {} })));
    const ids = await Promise.all(Array.from({ length: 300 }, () => api.submit('http.request', { url: receiver.url, method: 'GET' })));
    let worker = stack.apps.get('worker') as App;
    for (let kill = 1; kill <= KILLS; kill++) {
      await receiver.waitForCount(kill * ids.length, 20_000);
      await worker.program.kill();
      worker = await stack.start('worker');
    }
    // All of them are started once more before the first one is done: none waits for another.
    await receiver.waitForCount((KILLS + 1) * ids.length, 20_000);
    for (const answer of held) answer();
    const jobs = await Promise.all(ids.map((id) => api.wait(id, 40)));
    expect(new Set(jobs.map(({ state, attemptsMade }) => `${state} ${attemptsMade}`))).toEqual(new Set(['completed 1']));
  }, 120_000);
});
