import { createHmac } from 'node:crypto';
import { findJobDefinition, type PayloadInputOf, type PayloadOf } from '@dts/jobs';
import { createSignal, type ReceivedRequest, type Receiver, startReceiver } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OutboundClient } from '../outbound/outbound-client.js';
import type { HandlerContext } from '../processing/handler.js';
import { startAttempt } from './fixtures/context.js';
import { loopbackClient } from './fixtures/loopback-client.js';
import { createHttpRequest } from './http-request.handler.js';
import { signingKey } from './webhook-signature.js';

const KIB = 1024;

let receiver: Receiver;
let outbound: OutboundClient;

const payload = (input: Partial<PayloadInputOf<'http.request'>> = {}) =>
  findJobDefinition('http.request')?.payload.parse({ url: `${receiver.url}/hook`, ...input }) as PayloadOf<'http.request'>;

const run = (input: Partial<PayloadInputOf<'http.request'>> = {}, context: Partial<HandlerContext> = {}, key?: Buffer) =>
  createHttpRequest(outbound, key)(payload(input), startAttempt(context).context);

/** The headers that a receiver reads, leaving out those of the connection. */
function sentHeaders(request: ReceivedRequest | undefined): Record<string, unknown> {
  const { host, connection, 'content-length': length, ...headers } = request?.headers ?? {};
  return headers;
}

beforeEach(async () => {
  receiver = await startReceiver();
  outbound = loopbackClient();
});

afterEach(async () => {
  await outbound.close();
  await receiver.stop();
});

describe('what it sends', () => {
  it('sends JSON with the idempotency key of the job', async () => {
    await run({ json: { invoice: 'INV-1', amounts: [1, 2.5], note: 'grün' } }, { jobId: 'io_42' });
    const [request] = receiver.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/hook' });
    expect(JSON.parse(request?.body.toString() ?? '')).toEqual({ invoice: 'INV-1', amounts: [1, 2.5], note: 'grün' });
    expect(sentHeaders(request)).toEqual({
      'content-type': 'application/json',
      'idempotency-key': 'io_42',
      'user-agent': 'distributed-task-scheduler',
    });
  });

  it('sends text, an empty body, and the JSON value null', async () => {
    await run({ text: 'grün', method: 'PUT' });
    await run({ method: 'DELETE' });
    await run({ json: null });
    const sent = receiver.requests.map(({ method, headers, body }) => [method, headers['content-type'], body.toString()]);
    expect(sent).toEqual([
      ['PUT', 'text/plain; charset=utf-8', 'grün'],
      ['DELETE', undefined, ''],
      ['POST', 'application/json', 'null'],
    ]);
  });

  it('lets the headers of the caller win, however they are spelled', async () => {
    const headers = { 'CONTENT-TYPE': 'application/cloudevents+json', 'user-agent': 'me', 'Idempotency-Key': 'mine', 'X-Trace': 'ü' };
    await run({ json: {}, headers });
    expect(sentHeaders(receiver.requests[0])).toEqual({
      'content-type': 'application/cloudevents+json',
      'user-agent': 'me',
      'idempotency-key': 'mine',
      'x-trace': 'ü',
    });
  });

  it.each(['Host', 'content-length', 'Transfer-Encoding', 'connection', 'Keep-Alive', 'TE', 'Upgrade', 'Expect', 'Proxy-Authorization'])(
    'does not let the caller set %s',
    (name) => {
      const parsed = findJobDefinition('http.request')?.payload.safeParse({ url: receiver.url, headers: { [name]: 'x' } });
      expect(parsed?.error?.issues).toMatchObject([{ path: ['headers', name] }]);
    },
  );

  it('lets no header smuggle another one in', () => {
    const parse = (headers: object) => findJobDefinition('http.request')?.payload.safeParse({ url: receiver.url, headers }).success;
    expect([{ 'X-A': 'a\r\nX-B: b' }, { 'X-A\r\nX-B': 'b' }, { 'X A': 'b' }, { 'X-A': 'a\u0000' }, { 'X-A': 'a' }].map(parse)).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
  });
});

describe('signing', () => {
  /** As a receiver checks it: https://github.com/standard-webhooks/standard-webhooks */
  function isSigned({ headers, body }: ReceivedRequest, secret: Buffer): boolean {
    const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body.toString()}`;
    return headers['webhook-signature'] === `v1,${createHmac('sha256', secret).update(content).digest('base64')}`;
  }

  it.each([
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64')],
    ['just some text', Buffer.from('just some text')],
  ])('signs id, time and body with %s', async (text, secret) => {
    const before = Math.floor(Date.now() / 1_000);
    await run({ json: { a: 'ü' } }, { jobId: 'io_7' }, signingKey(text));
    await run({ method: 'GET' }, { jobId: 'io_8' }, signingKey(text));
    const signed = receiver.requests.map((request) => isSigned(request, secret));
    expect(signed).toEqual([true, true]);
    expect(receiver.requests.map(({ headers }) => headers['webhook-id'])).toEqual(['io_7', 'io_8']);
    const timestamp = Number(receiver.requests[0]?.headers['webhook-timestamp']);
    expect(timestamp).toBeGreaterThanOrEqual(before);
    expect(timestamp).toBeLessThanOrEqual(Date.now() / 1_000);
    expect(isSigned(receiver.requests[0] as ReceivedRequest, Buffer.from('another secret'))).toBe(false);
  });

  it('agrees with the example of the specification', async () => {
    // From the reference libraries of Standard Webhooks.
    const secret = signingKey('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    const { signatureHeaders } = await import('./webhook-signature.js');
    const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1614265330, body: Buffer.from('{"test": 2432232314}') };
    expect(signatureHeaders(secret, message)['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('leaves the signature to a caller who brings one', async () => {
    await run({ headers: { 'Webhook-Signature': 'v1,mine' } }, {}, signingKey('secret'));
    expect(receiver.requests[0]?.headers).toMatchObject({ 'webhook-signature': 'v1,mine' });
    expect(receiver.requests[0]?.headers).not.toHaveProperty('webhook-id');
  });
});

describe('what it makes of the answer', () => {
  it('gives status, headers, body and duration', async () => {
    receiver.respond = () => ({ status: 201, headers: { 'x-answer': '42' }, body: 'created' });
    const result = await run();
    expect(result).toMatchObject({ status: 201, headers: { 'x-answer': '42' }, body: 'created', truncated: false });
    expect(result.durationMs).toBeGreaterThanOrEqual(0);
    expect(findJobDefinition('http.request')?.result.safeParse(result).success).toBe(true);
  });

  it.each([
    ['exactly 16 KiB', 'a'.repeat(16 * KIB), 'a'.repeat(16 * KIB), false],
    ['one byte more', 'a'.repeat(16 * KIB + 1), 'a'.repeat(16 * KIB), true],
    ['a character of two bytes on the edge', `${'a'.repeat(16 * KIB - 1)}ü`, 'a'.repeat(16 * KIB - 1), true],
    ['a character of four bytes on the edge', `${'a'.repeat(16 * KIB - 3)}😀`, 'a'.repeat(16 * KIB - 3), true],
    ['a character that just fits', `${'a'.repeat(16 * KIB - 4)}😀tail`, `${'a'.repeat(16 * KIB - 4)}😀`, true],
  ])('keeps the first 16 KiB: %s', async (_case, body, kept, truncated) => {
    receiver.respond = () => ({ body });
    const result = await run();
    expect([result.body === kept, result.truncated]).toEqual([true, truncated]);
  });

  it('keeps a result of the worst bytes below what results may be', async () => {
    receiver.respond = () => ({ body: Buffer.alloc(100_000) });
    expect(JSON.stringify(await run()).length).toBeLessThan(128 * KIB);
  });

  it('takes the statuses that are expected, and only those', async () => {
    receiver.respond = ({ path }) => ({ status: Number(path.slice(1)) });
    const expecting = (status: number) => run({ url: `${receiver.url}/${status}`, expectedStatuses: [200, 404, 503] });
    await expect(expecting(404)).resolves.toMatchObject({ status: 404 });
    await expect(expecting(503)).resolves.toMatchObject({ status: 503 });
    await expect(expecting(201)).rejects.toMatchObject({ name: 'FinalError', code: 'http-status' });
    await expect(expecting(500)).rejects.toMatchObject({ name: 'RetryableError', code: 'http-status' });
  });

  it.each([
    ['7', 7_000, 7_000],
    [new Date(Date.now() + 3_600_000).toUTCString(), 3_500_000, 3_600_000],
    ['999999', 86_400_000, 86_400_000],
  ])('waits as Retry-After asks: %s', async (header, least, most) => {
    receiver.respond = () => ({ status: 429, headers: { 'retry-after': header } });
    const { retryAfterMs } = await run().then(
      () => ({ retryAfterMs: undefined }),
      (error: { retryAfterMs?: number }) => error,
    );
    expect(retryAfterMs).toBeGreaterThanOrEqual(least);
    expect(retryAfterMs).toBeLessThanOrEqual(most);
  });
});

describe('when it has to stop', () => {
  it('retries after its own timeout', async () => {
    const answer = createSignal<object>('the answer');
    receiver.respond = () => answer.wait(60_000);
    await expect(run({ timeout: 30 })).rejects.toMatchObject({ name: 'RetryableError', code: 'http-timeout' });
    answer.set({});
  });

  it("throws the attempt's own reason when it is told to stop", async () => {
    const stop = new AbortController();
    const arrived = createSignal('the request');
    const answer = createSignal<object>('the answer');
    receiver.respond = () => {
      arrived.set();
      return answer.wait(60_000);
    };
    const running = run({}, { signal: stop.signal });
    const reason = new Error('shutdown');
    await arrived.wait();
    stop.abort(reason);
    await expect(running).rejects.toBe(reason);
    answer.set({});
  });
});
