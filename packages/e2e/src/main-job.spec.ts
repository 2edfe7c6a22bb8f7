import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type Receiver, type Stack, startReceiver, startStack } from '@dts/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { SMTPServer } from 'smtp-server';
import { Api } from './api.js';

/** A mailbox behind a real SMTP server. */
class Mailbox {
  readonly messages: string[] = [];
  readonly server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, _session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        this.messages.push(Buffer.concat(chunks).toString());
        done();
      });
    },
  });

  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server.server, 'listening');
    return `smtp://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(resolve));
  }
}

describe('the main job, end to end', () => {
  let stack: Stack;
  let api: Api;
  let receiver: Receiver;
  const mailbox = new Mailbox();

  beforeAll(async () => {
    const smtpUrl = await mailbox.start();
    receiver = await startReceiver();
    stack = await startStack({ apps: ['worker', 'scaler'], env: { SMTP_URL: smtpUrl, SMTP_FROM: 'dts@example.com' } });
    api = new Api(stack.url, stack.apiKey);
  });

  afterAll(async () => {
    await stack?.stop();
    await receiver?.stop();
    await mailbox.stop();
  });

  beforeEach(() => {
    receiver.respond = () => ({ body: {} });
  });

  it('calls another service and keeps what it answered', async () => {
    receiver.respond = () => ({ status: 202, headers: { 'x-trace': 'abc' }, body: { accepted: true } });
    const id = await api.submit('http.request', { url: `${receiver.url}/hook`, json: { invoice: 7 } });
    const job = await api.wait(id);
    expect(job).toMatchObject({ state: 'completed', attemptsMade: 1, error: null });
    expect(job.result).toMatchObject({ status: 202, body: '{"accepted":true}', truncated: false, headers: { 'x-trace': 'abc' } });
    const [request, ...more] = receiver.withKey(id);
    expect(more).toEqual([]);
    expect(request).toMatchObject({ method: 'POST', path: '/hook' });
    expect(JSON.parse(String(request?.body))).toEqual({ invoice: 7 });
  });

  it('tries again what may pass, and tells every attempt', async () => {
    receiver.respond = (_request, count) => (count < 3 ? { status: 503, headers: { 'retry-after': '0' } } : { body: 'fine' });
    const id = await api.submit('http.request', { url: `${receiver.url}/flaky`, method: 'GET' }, { backoff: { type: 'fixed', delay: 10 } });
    const job = await api.wait(id);
    expect(job).toMatchObject({ state: 'completed', attemptsMade: 3 });
    expect(job.attempts.map((attempt) => attempt.error === null)).toEqual([false, false, true]);
  });

  it('gives up at once on what cannot pass, and says why', async () => {
    receiver.respond = () => ({ status: 404, body: 'no such hook' });
    const job = await api.wait(await api.submit('http.request', { url: `${receiver.url}/gone` }));
    expect(job).toMatchObject({ state: 'dead', attemptsMade: 1, result: null });
    expect(job.error?.message).toContain('404');
  });

  it('sends an e-mail', async () => {
    receiver.respond = () => ({ headers: { 'content-type': 'text/plain' }, body: 'attached text' });
    const id = await api.submit('email.send', {
      to: ['ada@example.com'],
      subject: 'Grüße',
      text: 'It is attached.',
      attachments: [{ filename: 'note.txt', url: `${receiver.url}/note.txt` }],
    });
    expect(await api.wait(id)).toMatchObject({ state: 'completed', result: { accepted: ['ada@example.com'] } });
    expect(mailbox.messages).toHaveLength(1);
    expect(mailbox.messages[0]).toContain(id);
    expect(mailbox.messages[0]).toContain('filename=note.txt');
  });

  it('makes a thumbnail off the event loop', async () => {
    const source = await sharp({ create: { width: 800, height: 400, channels: 3, background: 'teal' } })
      .png()
      .toBuffer();
    receiver.respond = ({ method }) => (method === 'GET' ? { headers: { 'content-type': 'image/png' }, body: source } : { status: 201 });
    const id = await api.submit('image.thumbnail', {
      sourceUrl: `${receiver.url}/in.png`,
      destinationUrl: `${receiver.url}/out.webp`,
      width: 200,
    });
    expect(await api.wait(id)).toMatchObject({ state: 'completed', result: { width: 200, height: 100, format: 'webp' } });
    const put = receiver.requests.find((request) => request.method === 'PUT');
    expect(await sharp(put?.body).metadata()).toMatchObject({ width: 200, height: 100, format: 'webp' });
  });

  it('says clearly that an image is broken, and does not try it again', async () => {
    receiver.respond = () => ({ body: 'this is no image' });
    const id = await api.submit('image.thumbnail', { sourceUrl: `${receiver.url}/a`, destinationUrl: `${receiver.url}/b`, height: 10 });
    const job = await api.wait(id);
    expect(job).toMatchObject({ state: 'dead', attemptsMade: 1 });
    expect(job.error).toMatchObject({ code: expect.stringMatching(/image/) });
  });

  it('runs a job when it is due, not before', async () => {
    const submittedAt = Date.now();
    const id = await api.submit('http.request', { url: `${receiver.url}/later`, method: 'GET' }, { delay: 700 });
    expect((await api.call('GET', `/v1/jobs/${id}`)).body.state).toBe('scheduled');
    const job = await api.wait(id);
    expect(job.state).toBe('completed');
    expect(Date.parse(job.startedAt ?? '') - submittedAt).toBeGreaterThanOrEqual(700);
  });

  it('shows what happened in the metrics of all three apps', async () => {
    const metrics = async (url: string) => (await fetch(`${url}/metrics`)).text();
    expect(await metrics(stack.url)).toMatch(/dts_submissions_total\{job_name="http.request",outcome="created"\} \d+/);
    expect(await metrics(String(stack.apps.get('worker')?.url))).toMatch(
      /dts_attempts_total\{queue="cpu",job_name="image.thumbnail",outcome="completed"\} 1/,
    );
    expect(await metrics(String(stack.apps.get('scaler')?.url))).toMatch(/dts_queue_jobs\{queue="io",state="dead"\} \d+/);
  });
});
