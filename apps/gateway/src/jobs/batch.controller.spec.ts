import { randomUUID } from 'node:crypto';
import { waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, type Call, type Gateway, startGateway } from '../fixtures/gateway.js';

interface Result {
  readonly status: number;
  readonly job?: { readonly id: string };
  readonly problem?: { readonly code: string };
}

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway({ BACKLOG_LIMIT: '3000' });
  await waitFor(async () => (await gateway.call('GET', '/readyz')).status === 200);
});
afterAll(() => gateway[Symbol.asyncDispose]());

const job = { name: 'http.request', payload: { url: 'http://service.test/hook' } };
const thumbnail = {
  name: 'image.thumbnail',
  payload: { sourceUrl: 'http://a.test/1.png', destinationUrl: 'http://a.test/2.png', width: 9 },
};

const post = (body: unknown, call: Call = {}) => gateway.call('POST', '/v1/jobs:batch', { as: 'caller', body, ...call });
const submit = (jobs: readonly unknown[], call: Call = {}) => post({ jobs }, call);
const resultsOf = ({ body }: Answer): Result[] => body.results;
const statusesOf = (answer: Answer) => resultsOf(answer).map(({ status }) => status);
const codesOf = (answer: Answer) => resultsOf(answer).map(({ problem }) => problem?.code);

describe('POST /v1/jobs:batch', () => {
  it('stores jobs of several queues, and tells them in the order given as each alone would be told', async () => {
    const answer = await submit([thumbnail, { ...job, priority: 2, tags: ['a'] }, { ...job, delay: 60_000 }]);
    expect([answer.status, answer.headers.get('durability')]).toEqual([200, null]);
    expect(answer.body.results).toMatchObject([
      { status: 201, job: { ...thumbnail, queue: 'cpu', state: 'waiting' } },
      { status: 201, job: { ...job, queue: 'io', priority: 2, tags: ['a'] } },
      { status: 201, job: { ...job, queue: 'io', state: 'scheduled' } },
    ]);
    for (const { job: told } of resultsOf(answer)) {
      await expect(gateway.call('GET', `/v1/jobs/${told?.id}`, { as: 'reader' })).resolves.toMatchObject({ status: 200, body: told });
    }
  });

  it('tells each bad job what it alone would be told, and stores the others', async () => {
    const bad = [
      { ...job, payload: { url: 'no', 'a/b': 1 }, priorty: 1 },
      { name: 'no.such', payload: {} },
      { ...job, payload: { ...job.payload, text: 'x'.repeat(256 * 1024) } },
      [],
    ];
    const answer = await submit([job, ...bad, { ...job, idempotencyKey: 'a b' }, { ...job, idempotencyKey: 7 }, 7, null, job]);
    expect(statusesOf(answer)).toEqual([201, 422, 404, 413, 422, 400, 400, 422, 422, 201]);
    for (const [index, body] of bad.entries()) {
      const { requestId: _ofItsOwn, ...problem } = (await gateway.call('POST', '/v1/jobs', { as: 'caller', body })).body;
      expect(resultsOf(answer)[index + 1]).toMatchObject({ status: problem.status, problem });
    }
    expect(answer.body.results[1].problem.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/payload/a~1b',
      '/payload/url',
      '/priorty',
    ]);
    expect(answer.body.results[1].problem.requestId).toBe(answer.headers.get('x-request-id'));
  });

  it('replays jobs whose keys are known, and tells conflicts, whether they come alone or in a batch', async () => {
    const [alone, inBatch] = [randomUUID(), randomUUID()];
    const single = await gateway.call('POST', '/v1/jobs', { as: 'caller', body: job, headers: { 'idempotency-key': alone } });
    const first = await submit([
      { ...job, idempotencyKey: alone },
      { ...job, idempotencyKey: inBatch },
      { ...thumbnail, idempotencyKey: alone },
    ]);
    expect(statusesOf(first)).toEqual([200, 201, 409]);
    expect(first.body.results[0].job).toEqual(single.body);
    const again = await submit([
      { ...job, idempotencyKey: inBatch },
      { ...job, priority: 2, idempotencyKey: inBatch },
    ]);
    expect(statusesOf(again)).toEqual([200, 409]);
    expect(again.body.results[0].job).toEqual(first.body.results[1].job);
    expect(statusesOf(await submit([{ ...job, idempotencyKey: inBatch }], { as: 'stranger' }))).toEqual([201]);
  });

  it('makes one job of several with the same key, and a conflict of another body', async () => {
    const idempotencyKey = randomUUID();
    const same = { ...job, idempotencyKey };
    const answer = await submit([same, { ...thumbnail, idempotencyKey }, same, { ...same, priority: 2 }, same]);
    expect(statusesOf(answer)).toEqual([201, 409, 200, 409, 200]);
    expect(new Set(resultsOf(answer).flatMap((result) => result.job?.id ?? [])).size).toBe(1);
  });

  it('takes a thousand', async () => {
    const answer = await submit(Array.from({ length: 1_000 }, () => ({ ...job, idempotencyKey: randomUUID() })));
    expect(new Set(statusesOf(answer))).toEqual(new Set([201]));
    expect(new Set(resultsOf(answer).map((result) => result.job?.id)).size).toBe(1_000);
  });

  it.each([
    [{ jobs: [] }, ['/jobs']],
    [{ jobs: Array(1_001).fill(job) }, ['/jobs']],
    [{ jobs: { 0: job } }, ['/jobs']],
    [{ jobs: [job], name: 'http.request' }, ['/name']],
    [{}, ['/jobs']],
    [[job], ['']],
    [null, ['']],
  ])('answers 422 to what is no batch: %#', async (body, pointers) => {
    const answer = await post(body);
    expect([answer.status, answer.body.code]).toEqual([422, 'invalid-request']);
    expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(pointers);
  });

  it('takes more bytes than a single job may have, and answers 413 to more than 8 MiB', async () => {
    const big = { ...job, payload: { ...job.payload, text: 'x'.repeat(200 * 1024) } };
    expect(statusesOf(await submit(Array(20).fill(big)))).toEqual(Array(20).fill(201));
    const refused = await submit(Array(42).fill(big));
    expect([refused.status, refused.body.code]).toEqual([413, 'payload-too-large']);
    expect(refused.body.detail).toContain('8 MiB');
  });

  it('answers 400 to a key in the header, which would be taken for that of the whole batch', async () => {
    const answer = await submit([job], { headers: { 'idempotency-key': randomUUID() } });
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid-idempotency-key']);
  });

  it('answers 400 to JSON that is broken or too deep', async () => {
    const headers = { 'content-type': 'application/json' };
    await expect(post('{"jobs":[', { headers })).resolves.toMatchObject({ status: 400, body: { code: 'malformed-json' } });
    const deep = `{"jobs":[${'['.repeat(100_000)}`;
    await expect(post(deep, { headers })).resolves.toMatchObject({ status: 400, body: { code: 'json-too-deep' } });
  });

  it('needs a key with the scope, by whatever way the route is written', async () => {
    const paths = ['/v1/jobs:batch', '/%761/jobs:batch', '/v1/jobs:%62atch'];
    for (const path of paths) {
      await expect(gateway.call('POST', path, { body: { jobs: [job] } })).resolves.toMatchObject({ status: 401 });
      await expect(gateway.call('POST', path, { as: 'reader', body: { jobs: [job] } })).resolves.toMatchObject({
        status: 403,
        body: { detail: expect.stringContaining('jobs:submit') },
      });
    }
    for (const path of ['/v1/jobs::batch', '/v1/jobsbatch', '/v1/jobs:other']) {
      await expect(gateway.call('POST', path, { as: 'caller', body: { jobs: [job] } })).resolves.toMatchObject({ status: 404 });
    }
  });

  it('counts each job by how it was answered', async () => {
    const text = async () => (await gateway.call('GET', '/metrics')).text;
    const count = async (labels: string) => Number(new RegExp(`dts_submissions_total\\{${labels}\\} (\\d+)`).exec(await text())?.[1] ?? 0);
    const [created, conflicts] = ['job_name="http.request",outcome="created"', 'job_name="http.request",outcome="idempotency-conflict"'];
    const before = [await count(created), await count(conflicts)];
    const idempotencyKey = randomUUID();
    await submit([{ ...job, idempotencyKey }, { ...job, priority: 3, idempotencyKey }, job]);
    expect([await count(created), await count(conflicts)]).toEqual([(before[0] ?? 0) + 2, (before[1] ?? 0) + 1]);
  });

  it('answers 429 to each job of a queue that is full, and stores those of others', async () => {
    await submit(Array(1_000).fill(job));
    await submit(Array(1_000).fill(job));
    const answer = await waitFor(async () => {
      const tried = await submit([job, thumbnail]);
      return statusesOf(tried)[0] === 429 && tried;
    });
    expect(statusesOf(answer)).toEqual([429, 201]);
    expect(codesOf(answer)).toEqual(['backlog-full', undefined]);
  });
});
