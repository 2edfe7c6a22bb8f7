import { createSignal, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bury, workFor } from '../fixtures/burial.js';
import { type Gateway, type KeyId, startGateway } from '../fixtures/gateway.js';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
  await waitFor(async () => (await gateway.call('GET', '/readyz')).status === 200);
});
afterAll(() => gateway[Symbol.asyncDispose]());

const body = { name: 'http.request', payload: { url: 'http://service.test/hook' } };
const submit = async (more = {}): Promise<string> =>
  (await gateway.call('POST', '/v1/jobs', { as: 'caller', body: { ...body, ...more } })).body.id;
const change = (verb: 'retry' | 'promote', id: string, as: KeyId = 'caller') => gateway.call('POST', `/v1/jobs/${id}:${verb}`, { as });
const read = async (id: string) => (await gateway.call('GET', `/v1/jobs/${id}`, { as: 'caller' })).body;

describe('POST /v1/jobs/{id}:retry', () => {
  it('answers 200 with the dead job, waiting, with its history; repeating is fine until it has ended', async () => {
    const [id] = (await bury(gateway, 1)) as [string];
    const first = await change('retry', id);
    expect(first).toMatchObject({
      status: 200,
      body: { id, state: 'waiting', attemptsMade: 0, redrives: 1, error: null, attempts: [{ number: 1, error: { code: 'http-status' } }] },
    });
    expect(await change('retry', id)).toMatchObject({ status: 200, body: first.body });
    await using _worker = workFor(gateway, async () => 'fine');
    await waitFor(async () => (await read(id)).state === 'completed');
    expect(await change('retry', id)).toMatchObject({
      status: 409,
      body: { code: 'not-retryable', detail: expect.stringContaining('completed') },
    });
    const { text } = await gateway.call('GET', '/metrics');
    expect(text).toMatch(/dts_dead_letter_changes_total\{queue="io",change="retried"\} 1\n/);
  });

  it('answers 200 to one that was cancelled or has expired', async () => {
    const cancelled = await submit({ delay: 60_000 });
    await gateway.call('DELETE', `/v1/jobs/${cancelled}`, { as: 'caller' });
    expect((await read(cancelled)).state).toBe('cancelled');
    expect(await change('retry', cancelled)).toMatchObject({ status: 200, body: { state: 'waiting' } });
  });

  it('answers 409 to one that has not ended, and 404 to one that is not there', async () => {
    const id = await submit({ delay: 60_000 });
    expect(await change('retry', id)).toMatchObject({ status: 409, body: { code: 'not-retryable' } });
    for (const nothing of ['io_00000000000000000000000000', 'wait']) {
      expect(await change('retry', nothing)).toMatchObject({ status: 404, body: { code: 'job-not-found' } });
    }
  });
});

describe('POST /v1/jobs/{id}:promote', () => {
  it('answers 200 with the scheduled job, waiting; repeating is fine, also while it runs', async () => {
    const id = await submit({ delay: 3_600_000 });
    for (let time = 0; time < 2; time++) expect(await change('promote', id)).toMatchObject({ status: 200, body: { id, state: 'waiting' } });
    const [started, finish] = [createSignal('started'), createSignal('finish')];
    await using _worker = workFor(gateway, async () => {
      started.set();
      await finish.wait();
    });
    await started.wait();
    await waitFor(async () => (await read(id)).state === 'active');
    expect(await change('promote', id)).toMatchObject({ status: 200, body: { state: 'active' } });
    finish.set();
    await waitFor(async () => (await read(id)).state === 'completed');
    expect(await change('promote', id)).toMatchObject({ status: 409, body: { code: 'already-finished' } });
  });

  it('answers 404 to one that is not there', async () => {
    expect(await change('promote', 'io_00000000000000000000000000')).toMatchObject({ status: 404, body: { code: 'job-not-found' } });
  });
});

describe.each(['retry', 'promote'] as const)('a key that wants to %s', (verb) => {
  it('needs jobs:submit', async () => {
    const id = await submit({ delay: 60_000 });
    expect(await change(verb, id, 'reader')).toMatchObject({ status: 403, body: { code: 'missing-scope' } });
    expect(await gateway.call('POST', `/v1/jobs/${id}:${verb}`)).toMatchObject({ status: 401 });
  });

  it("changes another tenant's job with ops:write only", async () => {
    const [id] = verb === 'retry' ? ((await bury(gateway, 1)) as [string]) : [await submit({ delay: 60_000 })];
    expect(await change(verb, id, 'stranger')).toMatchObject({ status: 404, body: { code: 'job-not-found' } });
    expect(await change(verb, id, 'operator')).toMatchObject({ status: 200, body: { id, state: 'waiting' } });
    const { body: audit } = await gateway.call('GET', `/v1/audit?target=${id}`, { as: 'operator' });
    expect(audit.items).toMatchObject([{ keyId: 'operator', action: `job.${verb}`, details: { tenant: 'acme' }, outcome: 'done' }]);
  });
});
