import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Receiver, type Stack, startReceiver, startStack } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api, type Job } from './api.js';

const FLOOD = 50_000;
const BATCH = 1_000;
const SECONDS = 15;
/** Milliseconds that each job takes, in one of these slots: the flood is not over while the other tenant submits. */
const WORK_MS = 20;
const SLOTS = 20;

describe('a tenant that floods a queue', () => {
  const keys = { flooding: newKey(), modest: newKey() };
  let receiver: Receiver;
  let stack: Stack;
  let flooding: Api;
  let modest: Api;

  beforeAll(async () => {
    receiver = await startReceiver();
    receiver.respond = async () => {
      await delay(WORK_MS);
      return { body: {} };
    };
    const apiKeys = Object.entries(keys).map(([id, key]) => ({ id, key, scopes: ['jobs:submit', 'jobs:read'], tenant: id }));
    stack = await startStack({ appEnv: { gateway: { API_KEYS: JSON.stringify(apiKeys) }, worker: { QUEUES: `io:${SLOTS}` } } });
    flooding = new Api(stack.url, keys.flooding);
    modest = new Api(stack.url, keys.modest);
  }, 60_000);
  afterAll(async () => {
    await stack?.stop();
    await receiver?.stop();
  }, 60_000);

  const job = (path: string) => ({ name: 'http.request', payload: { url: receiver.url + path, method: 'GET' } });

  it(`does not hold up another: ${FLOOD} jobs, and one a second`, async () => {
    const batch = { jobs: Array.from({ length: BATCH }, () => job('/flood')) };
    const flood = submitAll(flooding, batch);
    const submitted = await Promise.all(Array.from({ length: SECONDS }, (_, second) => submitAfter(second * 1_000)));
    const jobs = await Promise.all(submitted.map((id) => modest.wait(id)));
    await flood;
    const waitsMs = jobs.map(({ startedAt, submittedAt }) => Date.parse(String(startedAt)) - Date.parse(submittedAt));
    const left = Number(await stack.redis.call('ZCARD', `${stack.prefix}:io:prioritized`));
    expect(jobs.map(({ state }) => state)).toEqual(Array(SECONDS).fill('completed'));
    expect(left).toBeGreaterThan(FLOOD / 10); // or it was no flood
    expect(Math.max(...waitsMs)).toBeLessThan(1_000);
  }, 120_000);

  async function submitAll(api: Api, batch: object): Promise<void> {
    for (let n = 0; n < FLOOD / BATCH; n++) {
      const { status, body } = await api.call<{ results: { status: number }[] }>('POST', '/v1/jobs:batch', batch);
      if (status !== 200 || body.results.some((result) => result.status !== 201)) throw new Error(`a batch was answered ${status}`);
    }
  }

  async function submitAfter(ms: number): Promise<Job['id']> {
    await delay(ms); // the tenant's own pace
    const { name, payload } = job('/modest');
    return modest.submit(name, payload);
  }
});

function newKey(): string {
  return randomBytes(32).toString('base64url');
}
