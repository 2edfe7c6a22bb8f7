import { type Receiver, type Stack, startReceiver, startStack, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api } from './api.js';

type Line = Readonly<Record<string, unknown>>;

const INFO = 30;

describe('the log of a worker', () => {
  let target: Receiver;
  let stack: Stack;
  let api: Api;

  beforeAll(async () => {
    target = await startReceiver(({ path }) => ({ status: path.startsWith('/gone') ? 404 : 200 }));
    stack = await startStack({ appEnv: { worker: { LOG_LEVEL: 'debug', SMTP_URL: 'smtp://127.0.0.1:9' } } });
    api = new Api(stack.url, stack.apiKey);
  });
  afterAll(async () => {
    await stack?.stop();
    await target?.stop();
  });

  const linesOf = (id: string): Line[] =>
    (stack.apps.get('worker')?.program.stdout ?? '')
      .split('\n')
      .filter((line) => line.includes(`"${id}"`) && line.endsWith('}'))
      .map((line) => JSON.parse(line) as Line);
  const untilLine = (id: string, text: string) =>
    waitFor(() => linesOf(id).find(({ msg }) => String(msg).includes(text)), { describe: `a line "${text}" of ${id}` });
  const submit = async (name: string, payload: object, options: object = {}, requestId?: string) =>
    (await api.call('POST', '/v1/jobs', { name, payload, ...options }, requestId === undefined ? {} : { 'x-request-id': requestId })).body
      .id;

  it('has one line for a job, by which it is led back to the request that submitted it', async () => {
    const id = await submit('http.request', { method: 'GET', url: target.url }, {}, 'order-1042');
    await untilLine(id, 'job completed');
    const told = linesOf(id).filter(({ level }) => Number(level) >= INFO);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      level: INFO,
      name: 'worker',
      queue: 'io',
      job: 'http.request',
      jobId: id,
      attempt: 1,
      requestId: 'order-1042',
      outcome: 'completed',
      waitMs: expect.any(Number),
      durationMs: expect.any(Number),
    });
  });

  it('says of a job that has failed for good what it died of', async () => {
    const id = await submit('http.request', { method: 'GET', url: `${target.url}/gone?token=s3cret` });
    expect(await untilLine(id, 'job failed for good')).toMatchObject({ outcome: 'final', error: { code: 'http-status' } });
    expect(linesOf(id).filter(({ level }) => Number(level) >= INFO)).toHaveLength(1);
  });

  it('says of a job that was cancelled before it ran that it was', async () => {
    const id = await submit('http.request', { method: 'GET', url: target.url }, { delay: 3_600_000 });
    await api.call('DELETE', `/v1/jobs/${id}`);
    expect(await untilLine(id, 'job ended without an attempt')).toMatchObject({ level: INFO, job: 'http.request' });
  });

  it('names the request of a batch and of a flow with each of their jobs', async () => {
    const job = { name: 'http.request', payload: { method: 'GET', url: target.url } };
    const headers = { 'x-request-id': 'many-at-once' };
    const batch = await api.call<{ results: { job: { id: string } }[] }>('POST', '/v1/jobs:batch', { jobs: [job, job] }, headers);
    const flow = await api.call<{ id: string }>('POST', '/v1/flows', { ...job, children: [job] }, headers);
    for (const id of [...batch.body.results.map((result) => result.job.id), flow.body.id]) {
      expect(await untilLine(id, 'job completed')).toMatchObject({ requestId: 'many-at-once' });
    }
  });

  it('holds no secret, even where it tells what jobs are told to do', async () => {
    const mail = { to: ['ada@example.com'], subject: 'Log in', text: 'by this s3cret link' };
    const headers = { authorization: 'Bearer s3cret', 'x-tenant': 'a' };
    const ids = [
      await submit('email.send', mail, { attempts: 1 }),
      await submit('http.request', {
        method: 'POST',
        url: `http://ada:s3cret@127.0.0.1:${target.port}/?token=s3cret`,
        headers,
        json: { a: 1 },
      }),
    ];
    const [sent, called] = await Promise.all(ids.map((id) => untilLine(id, 'attempt started')));
    expect(sent?.input).toEqual({ ...mail, text: '[hidden]' });
    expect(called?.input).toMatchObject({ method: 'POST', json: { a: 1 }, headers: { 'x-tenant': 'a' } });
    await untilLine(ids[1] as string, 'job completed');
    expect(stack.apps.get('worker')?.output).not.toContain('s3cret');
  });

  it('has no line for what nobody asked for: not for a fetch, nor a heartbeat', () => {
    const lines = (stack.apps.get('worker')?.program.stdout ?? '')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Line);
    const ofNoJob = lines.filter(({ jobId, level }) => jobId === undefined && Number(level) >= INFO);
    expect(ofNoJob.map(({ msg }) => msg)).toEqual(['fetching jobs', 'worker is listening']);
  });
});

describe('in a terminal', () => {
  it('a line is for people', async () => {
    const stack = await startStack({ env: { LOG_FORMAT: 'pretty' } });
    try {
      const id = await new Api(stack.url, stack.apiKey).submit('http.request', { url: 'http://127.0.0.1:9/' }, { attempts: 1 });
      const line = await waitFor(() =>
        stack.apps
          .get('worker')
          ?.output.split('\n')
          .find((text) => text.includes(id)),
      );
      expect(line).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] .*WARN.* \(worker\): .*job failed for good: .*"outcome":"retry"/);
    } finally {
      await stack.stop();
    }
  });
});
