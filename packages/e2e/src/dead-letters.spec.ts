import { type App, type Receiver, type Stack, startReceiver, startStack, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api, type Job } from './api.js';

const JOBS = 2_000;
const RATE = 200;
const AT_ONCE = 50;
const PATIENTLY = { timeoutMs: 60_000 };

interface Operation {
  readonly id: string;
  readonly state: string;
  readonly done: number;
  readonly skipped: number;
  readonly failed: number;
  readonly createdAt: string;
  readonly finishedAt: string;
}

interface Preview {
  readonly matched: number;
  readonly complete: boolean;
  readonly sample: readonly Job[];
}

describe('dead letters', () => {
  let stack: Stack;
  let receiver: Receiver;

  beforeAll(async () => {
    receiver = await startReceiver(() => ({ status: 500 }));
    stack = await startStack();
  });

  afterAll(async () => {
    await stack?.stop();
    await receiver?.stop();
  });

  async function submitAll(api: Api): Promise<string[]> {
    const job = { name: 'http.request', payload: { url: receiver.url }, attempts: 1, tags: ['outage'] };
    const { body } = await api.call<{ results: { job: Job }[] }>('POST', '/v1/jobs:batch', { jobs: Array(JOBS / 2).fill(job) });
    return body.results.map((result) => result.job.id);
  }

  async function readAll(api: Api, ids: readonly string[]): Promise<(Job & { redrives: number })[]> {
    const jobs: (Job & { redrives: number })[] = [];
    for (let from = 0; from < ids.length; from += AT_ONCE) {
      const part = ids.slice(from, from + AT_ONCE).map((id) => api.call<Job & { redrives: number }>('GET', `/v1/jobs/${id}`));
      jobs.push(...(await Promise.all(part)).map(({ body }) => body));
    }
    return jobs;
  }

  /** Jobs that a gateway has redriven itself, as it tells Prometheus. */
  async function redrivenBy(gateway: App): Promise<number> {
    const text = await fetch(`${gateway.url}/metrics`).then((response) => response.text());
    return Number(/^dts_dead_letter_changes_total\{.*change="redriven".*\} (\d+)$/m.exec(text)?.[1] ?? 0);
  }

  it('are redriven once each, though the gateway that does it is killed with -9 midway', async () => {
    const first = new Api(stack.url, stack.apiKey);
    const other = new Api((await stack.start('gateway')).url, stack.apiKey);
    const ids = [...(await submitAll(first)), ...(await submitAll(first))];
    const wish = { filter: { reason: 'http-status', tag: 'outage' }, ratePerSecond: RATE };
    const preview = await waitFor(async () => {
      const { body } = await first.call<Preview>('POST', '/v1/dead-letters:redrive', { ...wish, dryRun: true });
      return body.matched === JOBS && body;
    }, PATIENTLY);
    expect([preview.complete, preview.sample.length]).toEqual([true, 10]);
    expect(receiver.requests).toHaveLength(JOBS);

    receiver.respond = () => ({ body: {} });
    const key = { 'idempotency-key': 'after-the-outage' };
    const { status, body: started } = await first.call<Operation>('POST', '/v1/dead-letters:redrive', wish, key);
    expect(status).toBe(202);
    await waitFor(async () => (await redrivenBy(stack.gateway)) > 0, PATIENTLY);
    await stack.gateway.kill();
    const midway = (await other.call<Operation>('GET', `/v1/operations/${started.id}`)).body;
    expect([midway.state, midway.done < JOBS]).toEqual(['running', true]);
    const again = await other.call<Operation>('POST', '/v1/dead-letters:redrive', wish, key);
    expect([again.status, again.body.id]).toEqual([202, started.id]);

    const ended = await waitFor(async () => {
      const { body } = await other.call<Operation>('GET', `/v1/operations/${started.id}`);
      return body.state !== 'running' && body;
    }, PATIENTLY);
    expect(ended).toMatchObject({ state: 'completed', done: JOBS, skipped: 0, failed: 0 });
    // Of a rate, a second is saved up at most.
    expect(Date.parse(ended.finishedAt) - Date.parse(ended.createdAt)).toBeGreaterThanOrEqual((JOBS / RATE - 1) * 1_000);

    await receiver.waitForCount(2 * JOBS, PATIENTLY.timeoutMs);
    const jobs = await waitFor(async () => {
      const all = await readAll(other, ids);
      return all.every(({ state }) => state === 'completed') && all;
    }, PATIENTLY);
    expect(new Set(jobs.map(({ redrives, attempts }) => `${redrives} ${attempts.length}`))).toEqual(new Set(['1 2']));
    expect(new Set(ids.map((id) => receiver.withKey(id).length))).toEqual(new Set([2]));
    expect((await other.call<{ items: Job[] }>('GET', '/v1/dead-letters')).body.items).toEqual([]);
  }, 180_000);
});
