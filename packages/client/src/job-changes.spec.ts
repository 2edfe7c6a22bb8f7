import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SchedulerClient } from './scheduler-client.js';
import { collect } from './testing/collect.js';
import { ScriptedGateway } from './testing/scripted-gateway.js';

const JOB = { id: 'io_1', state: 'waiting' };

let gateway: ScriptedGateway;

beforeEach(async () => {
  gateway = new ScriptedGateway();
  await gateway.start();
});
afterEach(() => gateway.stop());

const client = () => new SchedulerClient({ url: gateway.url, apiKey: 'k' });
const calls = () => gateway.seen.map(({ method, path }) => `${method} ${path}`);
const refused = (code: string) => ({ status: 409, body: { code, detail: 'It is too late.' } });

describe('a job', () => {
  it('is cancelled, retried and promoted', async () => {
    gateway.script = [{ status: 200, body: JOB }];
    for (const verb of ['cancel', 'retry', 'promote'] as const) await expect(client()[verb]('io_1')).resolves.toEqual(JOB);
    expect(calls()).toEqual(['DELETE /v1/jobs/io_1', 'POST /v1/jobs/io_1:retry', 'POST /v1/jobs/io_1:promote']);
  });

  it.each([
    ['retry', 'not-retryable'],
    ['promote', 'already-finished'],
  ] as const)('is told as it is when the answer to %s was lost', async (verb, code) => {
    gateway.script = ['reset', refused(code), { status: 200, body: JOB }];
    await expect(client()[verb]('io_1')).resolves.toEqual(JOB);
    expect(calls()).toEqual([`POST /v1/jobs/io_1:${verb}`, `POST /v1/jobs/io_1:${verb}`, 'GET /v1/jobs/io_1']);
  });

  it('is refused what it is too late for', async () => {
    gateway.script = [refused('not-retryable'), { status: 200, body: JOB }];
    await expect(client().retry('io_1')).rejects.toMatchObject({ status: 409, code: 'not-retryable' });
    expect(gateway.seen).toHaveLength(1);
    gateway.script = ['reset', 'reset', refused('job-not-found')];
    await expect(client().promote('io_1')).rejects.toMatchObject({ code: 'job-not-found' });
    expect(gateway.seen).toHaveLength(3);
  });
});

describe('list', () => {
  it('reads the jobs that a filter leaves, page by page or all', async () => {
    gateway.script = [{ status: 200, body: { items: [JOB], nextCursor: null } }];
    const jobs = await collect(client().list({ state: ['waiting', 'active'], name: 'http.request', tag: 'invoice' }));
    expect(jobs).toEqual([JOB]);
    await expect(client().listPage({ queue: 'io' }, { limit: 10, cursor: 'c' })).resolves.toEqual({ items: [JOB], nextCursor: null });
    expect(calls()).toEqual([
      'GET /v1/jobs?state=waiting%2Cactive&name=http.request&tag=invoice',
      'GET /v1/jobs?queue=io&limit=10&cursor=c',
    ]);
  });
});

describe('logs', () => {
  it('reads the lines that a job has written', async () => {
    gateway.script = [{ status: 200, body: { items: [{ line: 0, text: 'hello' }], nextCursor: null } }];
    await expect(collect(client().logs('io_1'))).resolves.toEqual([{ line: 0, text: 'hello' }]);
    expect(calls()).toEqual(['GET /v1/jobs/io_1/logs']);
  });
});
