import { type App, type Receiver, type Stack, startReceiver, startStack, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Api } from './api.js';

interface Schedule {
  readonly state: string;
  readonly runs: number;
  readonly skipped: number;
  readonly missed: number;
  readonly lastRun: { readonly jobId: string } | null;
}

const PATIENTLY = { timeoutMs: 40_000 };

describe('a schedule', () => {
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

  beforeEach(() => {
    receiver.respond = () => ({ body: {} });
  });

  /** Runs of `path`, by the ids of their jobs. */
  const runsOf = (path: string) =>
    new Set(receiver.requests.filter((request) => request.path === path).map(({ idempotencyKey }) => idempotencyKey));
  const put = async (id: string, path: string, more: object) => {
    const job = { name: 'http.request', payload: { url: receiver.url + path } };
    const answer = await api.call('PUT', `/v1/schedules/${id}`, { every: 1_000, overlap: 'allow', job, ...more });
    expect(answer.status).toBe(201);
  };
  const read = async (id: string, by = api) => (await by.call<Schedule>('GET', `/v1/schedules/${id}`)).body;

  it('has one next run each when the worker that took one is killed with -9', async () => {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    receiver.respond = async () => {
      await held;
      return { body: {} };
    };
    await put('crash', '/crash', { limit: 4 });
    await waitFor(() => runsOf('/crash').size >= 1, PATIENTLY);
    await (stack.apps.get('worker') as App).kill();
    letGo();
    await stack.start('worker');
    const ended = await waitFor(async () => {
      const schedule = await read('crash');
      return schedule.state === 'ended' && schedule;
    }, PATIENTLY);
    expect(ended).toMatchObject({ runs: 4, skipped: 0, missed: 0 });
    await waitFor(() => runsOf('/crash').size === 4, PATIENTLY);
    expect(await api.wait(String(ended.lastRun?.jobId))).toMatchObject({ state: 'completed' });
  }, 90_000);

  it('goes on with another gateway when one is killed with -9, and each run is one job', async () => {
    const second = await stack.start('gateway');
    const other = new Api(second.url, stack.apiKey);
    await put('takeover', '/takeover', {});
    await waitFor(() => runsOf('/takeover').size >= 1, PATIENTLY);
    await stack.gateway.kill();
    const before = runsOf('/takeover').size;
    await waitFor(() => runsOf('/takeover').size >= before + 2, PATIENTLY);
    await other.call('POST', '/v1/schedules/takeover:pause');
    const { runs, skipped, missed } = await read('takeover', other);
    expect([skipped, missed]).toEqual([0, 0]);
    await waitFor(() => runsOf('/takeover').size === runs, PATIENTLY);
  }, 90_000);
});
