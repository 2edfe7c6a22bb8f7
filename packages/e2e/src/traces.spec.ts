import { randomBytes } from 'node:crypto';
import { type AppName, type Receiver, type Stack, startReceiver, startStack, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { Api } from './api.js';
import { Collector, type TracedSpan } from './collector.js';

interface Leased {
  readonly leases: readonly { readonly leaseToken: string; readonly jobId: string }[];
}

const hex = (bytes: number) => randomBytes(bytes).toString('hex');

/** What a caller that traces sends. */
function newTrace(sampled = true) {
  const [traceId, spanId] = [hex(16), hex(8)];
  return { traceId, spanId, headers: { traceparent: `00-${traceId}-${spanId}-${sampled ? '01' : '00'}` } };
}

describe('traces', () => {
  let collector: Collector;
  let target: Receiver;
  let stack: Stack;
  let api: Api;

  beforeAll(async () => {
    [collector, target] = await Promise.all([Collector.start(), startReceiver()]);
    stack = await startStack({ env: { ...collector.env, LOG_FORMAT: 'json' } });
    api = new Api(stack.url, stack.apiKey);
  });
  afterAll(async () => {
    await stack?.stop();
    await Promise.all([collector?.stop(), target?.stop()]);
  });
  beforeEach(() => {
    target.respond = () => ({ body: {} });
    target.requests.splice(0);
  });

  const request = (path = '/', changes: object = {}) => ({
    name: 'http.request',
    payload: { method: 'GET', url: `${target.url}${path}?token=s3cret` },
    ...changes,
  });
  const submit = async (body: unknown, headers: Record<string, string>, path = '/v1/jobs') =>
    (await api.call<{ id: string }>('POST', path, body, headers)).body.id;
  const shapeOf = (spans: readonly TracedSpan[]) => {
    const nameOf = (id: string | undefined) => spans.find(({ spanId }) => spanId === id)?.name ?? 'caller';
    return spans.map(({ name, service, parentSpanId }) => `${service}: ${name} < ${nameOf(parentSpanId)}`).sort();
  };

  it('go from the caller through gateway, queue and worker to the service that is called', async () => {
    const { traceId, spanId, headers } = newTrace();
    target.respond = () => ({ body: 'a s3cret answer' });
    const id = await submit(request(), headers);
    expect(await api.wait(id)).toMatchObject({ result: { body: 'a s3cret answer' } });
    const spans = await collector.untilSpans(traceId, 4);
    expect(shapeOf(spans)).toEqual([
      'dts-gateway: POST /v1/jobs < caller',
      'dts-gateway: add io.http.request < POST /v1/jobs',
      'dts-worker: GET < process io',
      'dts-worker: process io < add io.http.request',
    ]);
    const [server, process, client] = [2, 5, 3].map((kind) => spans.find((span) => span.kind === kind));
    expect(server).toMatchObject({ parentSpanId: spanId, attributes: { 'http.response.status_code': 201 } });
    expect(process?.attributes).toMatchObject({ 'bullmq.job.id': id, 'dts.job.attempt': 1, 'dts.job.outcome': 'completed' });
    expect(client?.attributes).toMatchObject({ 'url.full': `${target.url}/?…`, 'http.response.status_code': 200 });
    expect(target.requests[0]?.headers.traceparent).toBe(`00-${traceId}-${client?.spanId}-01`);
    expect(collector.text).not.toContain('s3cret');
    const line = await lineOf(id);
    expect(line).toMatchObject({ traceId, spanId: process?.spanId, requestId: server?.attributes['dts.request.id'] });
  });

  it('hold every attempt, and tell which failed', async () => {
    const { traceId, headers } = newTrace();
    target.respond = (_request, count) => ({ status: count === 1 ? 503 : 200, headers: { 'retry-after': '0' } });
    await api.wait(await submit(request('/flaky'), headers));
    const attempts = (await collector.untilSpans(traceId, 6)).filter(({ name }) => name === 'process io');
    expect(attempts.map(({ attributes, status }) => [attributes['dts.job.attempt'], attributes['dts.job.outcome'], status.code])).toEqual([
      [1, 'retry', 2],
      [2, 'completed', 0],
    ]);
  });

  it('hold a flow, and reach what a sandbox calls', async () => {
    const { traceId, headers } = newTrace();
    const image = await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    target.respond = () => ({ headers: { 'content-type': 'image/png' }, body: image });
    const payload = { sourceUrl: `${target.url}/image`, destinationUrl: `${target.url}/thumbnail`, width: 3 };
    const flow = request('/root', { children: [{ name: 'image.thumbnail', payload }] });
    const answer = await api.call<{ id: string }>('POST', '/v1/flows', flow, headers);
    await api.wait(answer.body.id);
    expect(shapeOf(await collector.untilSpans(traceId, 4))).toEqual([
      'dts-gateway: POST /v1/flows < caller',
      'dts-worker: GET < process io',
      'dts-worker: process cpu < POST /v1/flows',
      'dts-worker: process io < POST /v1/flows',
    ]);
    expect(target.requests.map(({ headers: { traceparent } }) => String(traceparent).split('-')[1])).toEqual([traceId, traceId, traceId]);
  });

  it('leave alone the traceparent that a job brings for its request', async () => {
    const own = newTrace().headers;
    const { traceId, headers } = newTrace();
    await api.wait(await submit({ ...request(), payload: { method: 'GET', url: target.url, headers: own } }, headers));
    await collector.untilSpans(traceId, 4);
    expect(target.requests[0]?.headers.traceparent).toBe(own.traceparent);
  });

  it('are not recorded where the caller does not record them, and go on all the same', async () => {
    const { traceId, headers } = newTrace(false);
    await api.wait(await submit(request(), headers));
    expect(target.requests[0]?.headers.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
    const next = newTrace();
    await api.wait(await submit(request(), next.headers));
    await collector.untilSpans(next.traceId, 4); // by then those of the first would have come
    expect(collector.spansOf(traceId)).toEqual([]);
  });

  it('hold the attempts of workers in other languages, which are told of them, and not their calls', async () => {
    const { traceId, headers } = newTrace();
    const tracestate = 'vendor=a,other=b';
    await api.call('POST', '/v1/jobs', { name: 'report.render', payload: { title: 'a s3cret', rows: [] } }, { ...headers, tracestate });
    const worker = { id: 'w1', slots: 1 };
    const asked = await api.call<Leased>('POST', '/v1/leases', { queues: ['external'], wait: 10, worker });
    const [lease] = asked.body.leases;
    expect(lease).toMatchObject({ traceparent: expect.stringMatching(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`)), tracestate });
    const child = { ...request('/child'), key: 'one' };
    await api.wait((await api.call<{ id: string }>('POST', `/v1/leases/${lease?.leaseToken}:submit`, child)).body.id);
    await api.call('POST', `/v1/leases/${lease?.leaseToken}:fail`, { error: { message: 's3cret' }, retryable: false });
    const spans = await collector.untilSpans(traceId, 6);
    expect(shapeOf(spans)).toEqual([
      'dts-gateway: POST /v1/jobs < caller',
      'dts-gateway: add external.report.render < POST /v1/jobs',
      'dts-gateway: add io.http.request < add external.report.render',
      'dts-gateway: process external < add external.report.render',
      'dts-worker: GET < process io',
      'dts-worker: process io < add io.http.request',
    ]);
    const attempt = spans.find(({ name }) => name === 'process external');
    expect(attempt?.attributes).toMatchObject({ 'bullmq.job.id': lease?.jobId, 'dts.job.attempt': 1, 'dts.job.outcome': 'final' });
    expect(attempt?.status.code).toBe(2);
    const line = await lineOf(`${lease?.jobId}`, 'job failed', 'gateway');
    expect(line).toMatchObject({ traceId, spanId: attempt?.spanId, outcome: 'final' });
    expect(collector.text).not.toContain('s3cret');
  });

  it('are recorded by nobody where the gateway, in which they begin, does not', async () => {
    const gateway = await stack.start('gateway', { OTEL_TRACES_SAMPLER_ARG: '0' });
    const unrecorded = await new Api(gateway.url, stack.apiKey).call<{ id: string }>('POST', '/v1/jobs', request('/unrecorded'));
    await api.wait(unrecorded.body.id);
    expect(target.requests[0]?.headers).not.toHaveProperty('traceparent');
    const next = newTrace();
    await api.wait(await submit(request(), next.headers));
    await collector.untilSpans(next.traceId, 4); // by then those of the first would have come
    expect(collector.text).not.toContain(unrecorded.body.id);
    expect(collector.text).not.toContain('/unrecorded');
  });

  it('begin here where the caller names none, and are not made of upkeep', async () => {
    const id = await submit(request(), {});
    await api.wait(id);
    const process = await waitFor(() => collector.spans().find(({ attributes }) => attributes['bullmq.job.id'] === id));
    expect(await collector.untilSpans(process.traceId, 4)).toHaveLength(4);
    const names = new Set(collector.spans().map(({ name }) => name.split(' ')[0]));
    expect([...names].sort()).toEqual(['GET', 'POST', 'add', 'process']);
  });

  const lineOf = (id: string, message = 'job completed', app: AppName = 'worker') =>
    waitFor(() =>
      (stack.apps.get(app)?.output ?? '')
        .split('\n')
        .filter((line) => line.includes(message) && line.includes(id))
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .at(0),
    );
});
