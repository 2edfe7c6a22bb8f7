import { type App, type Receiver, type Stack, startReceiver, startStack, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Api } from './api.js';

/** Milliseconds. */
const PATIENCE = '1500';

describe('a worker that does not fetch', () => {
  let stack: Stack;
  let api: Api;
  let receiver: Receiver;

  beforeAll(async () => {
    receiver = await startReceiver();
    stack = await startStack({ appEnv: { worker: { QUEUES: 'io:2', CONSUMPTION_TIMEOUT: PATIENCE } } });
    api = new Api(stack.url, stack.apiKey);
  });

  afterAll(async () => {
    await stack?.stop();
    await receiver?.stop();
  });

  beforeEach(() => {
    receiver.respond = () => ({ body: {} });
  });

  /** What the workers' user may not do any more, such as `-bzpopmin`, or may again. */
  const permit = (...rules: string[]) => stack.redis.call('ACL', 'SETUSER', 'default', ...rules);
  const submit = () => api.submit('http.request', { url: `${receiver.url}/x`, method: 'GET' });

  it('fetches anew by itself, and runs nothing twice', async () => {
    const worker = stack.apps.get('worker') as App;
    await api.wait(await submit());
    await permit('-bzpopmin'); // it waits for jobs with this, so now it is told of none
    await waitFor(() => worker.output.includes('NOPERM'), { timeoutMs: 20_000 }); // once the wait under way is over
    const id = await submit();
    expect(await api.wait(id)).toMatchObject({ state: 'completed', attemptsMade: 1 });
    expect(receiver.withKey(id)).toHaveLength(1);
    expect(await metric(worker, 'dts_worker_consumer_restarts_total{queue="io"}')).toBeGreaterThan(0);
    await waitFor(() => worker.output.includes('fetching anew')); // lines of the log are written together
    await permit('+bzpopmin');
  }, 60_000);

  it('ends with code 1 where that does not help, and its successor does the work', async () => {
    const worker = stack.apps.get('worker') as App;
    await permit('-rpoplpush'); // the step by which a fetch takes a job
    const id = await submit();
    expect(await worker.program.exited).toEqual({ code: 1, signal: null });
    expect(worker.output).toContain('stopping: jobs of queue io wait and none is fetched');
    await permit('+rpoplpush');
    await stack.start('worker');
    expect(await api.wait(id)).toMatchObject({ state: 'completed', attemptsMade: 1 });
    expect(receiver.withKey(id)).toHaveLength(1);
  }, 60_000);
});

/** A sample of an app's metrics, by its name and labels; 0 while there is none. */
async function metric(app: App, sample: string): Promise<number> {
  const text = await (await fetch(`${app.url}/metrics`)).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${sample} `));
  return Number(line?.slice(sample.length) ?? 0);
}
