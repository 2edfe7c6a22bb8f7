import { type App, type Receiver, type Stack, startReceiver, startStack, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Api, type Job } from './api.js';

describe('cancelling a job while things fail', () => {
  let stack: Stack;
  let api: Api;
  let receiver: Receiver;
  let letGo: () => void;

  beforeEach(async () => {
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    receiver = await startReceiver();
    receiver.respond = async ({ path }) => {
      if (path === '/held') await held;
      return path === '/busy' ? { status: 503, headers: { 'retry-after': '3600' }, body: {} } : { body: {} };
    };
    stack = await startStack({ env: { LOCK_DURATION: '2000' } });
    api = new Api(stack.url, stack.apiKey);
  }, 30_000);

  afterEach(async () => {
    letGo();
    await stack?.stop();
    await receiver?.stop();
  });

  const worker = () => stack.apps.get('worker') as App;
  const submit = (path: string, options = {}) => api.submit('http.request', { url: receiver.url + path, method: 'GET' }, options);
  const cancel = (id: string) => api.call<Job & { code: string }>('DELETE', `/v1/jobs/${id}`);
  const job = async (id: string) => (await api.call('GET', `/v1/jobs/${id}`)).body;
  const until = (id: string, state: string) => waitFor(async () => (await job(id)).state === state, { timeoutMs: 20_000 });
  const wishes = async () => Number(await stack.redis.call('EXISTS', `${stack.prefix}:cancelling`));

  it('reaches a worker that no message reaches', async () => {
    const id = await submit('/held');
    await waitFor(() => receiver.withKey(id).length === 1);
    await stack.redis.call('ACL', 'SETUSER', 'default', 'resetchannels'); // ends the subscription, and refuses another
    await stack.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    expect((await cancel(id)).status).toBe(200);
    await until(id, 'cancelled');
    expect(await job(id)).toMatchObject({ attemptsMade: 1, error: { code: 'cancelled' } });
    await waitFor(async () => (await wishes()) === 0);
  }, 60_000);

  it('never starts a job again whose worker dies before it can stop it', async () => {
    const id = await submit('/held');
    await waitFor(() => receiver.withKey(id).length === 1);
    worker().program.signal('SIGSTOP');
    expect((await cancel(id)).status).toBe(200);
    await worker().kill();
    await stack.start('worker');
    await until(id, 'cancelled');
    await waitFor(async () => (await job(id)).error !== null, { timeoutMs: 20_000 });
    expect(receiver.withKey(id)).toHaveLength(1);
    await waitFor(async () => (await wishes()) === 0);
  }, 60_000);

  it('survives a Redis that is killed right after', async () => {
    const id = await submit('/held');
    await waitFor(() => receiver.withKey(id).length === 1);
    worker().program.signal('SIGSTOP');
    expect((await cancel(id)).status).toBe(200);
    await stack.redis.kill();
    await stack.redis.restart();
    worker().program.signal('SIGCONT');
    await until(id, 'cancelled');
    expect(receiver.withKey(id)).toHaveLength(1);
  }, 60_000);

  it('keeps from starting what waits with a priority, and what waits for its next attempt', async () => {
    const backingOff = await submit('/busy');
    await until(backingOff, 'scheduled');
    expect(await cancel(backingOff)).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    await worker().stop();
    const prioritized = await submit('/prioritized', { priority: 5 });
    expect(await cancel(prioritized)).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    await stack.start('worker');
    await waitFor(async () => (await job(prioritized)).error?.code === 'cancelled');
    expect(await job(backingOff)).toMatchObject({ state: 'cancelled', error: { code: 'cancelled' } });
    expect(receiver.requests.map(({ path }) => path)).toEqual(['/busy']);
    expect(await wishes()).toBe(0);
  }, 60_000);

  it('tells the truth where a job ends at the same time', async () => {
    const ids = await Promise.all(Array.from({ length: 30 }, () => submit('/quick')));
    const answers = await Promise.all(ids.map(cancel));
    const ends = await Promise.all(ids.map((id) => api.wait(id)));
    const told = answers.map(({ status }, index) => [status, ends[index]?.state]);
    expect(told.filter(([status, state]) => !(status === 409 ? state === 'completed' : status === 200 && state === 'cancelled'))).toEqual(
      [],
    );
    await waitFor(async () => (await wishes()) === 0);
  }, 60_000);
});
