import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { findJobDefinition, type PayloadInputOf, type PayloadOf } from '@dts/jobs';
import { createSignal, freePort, type Receiver, startReceiver } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OutboundClient } from '../outbound/outbound-client.js';
import type { HandlerContext } from '../processing/handler.js';
import { createEmailSend, type EmailOptions } from './email-send.handler.js';
import { startAttempt } from './fixtures/context.js';
import { loopbackClient } from './fixtures/loopback-client.js';
import { reply, type Smtp, startSmtp } from './fixtures/smtp.js';
import { Mailer } from './mailer.js';

const OPTIONS: EmailOptions = { defaultFrom: 'Billing <billing@example.com>', maxAttachmentBytes: 1_000, maxAttachmentsBytes: 1_500 };

let receiver: Receiver;
let outbound: OutboundClient;
const open: { close(): Promise<void> }[] = [];

type Email = PayloadInputOf<'email.send'>;

const payload = (input: Partial<Email>) =>
  findJobDefinition('email.send')?.payload.parse({
    to: ['ada@example.com'],
    subject: 'Hello',
    text: 'Hi',
    ...input,
  }) as PayloadOf<'email.send'>;

const send = (url: string | undefined, input: Partial<Email> = {}, context: Partial<HandlerContext> = {}, options = OPTIONS) => {
  const mailer = new Mailer(url);
  open.push(mailer);
  const attempt = startAttempt({ jobId: 'rate-limited_1', ...context });
  return createEmailSend(mailer, outbound, options)(payload(input), attempt.context);
};

async function smtp(...answers: Parameters<typeof startSmtp>): Promise<Smtp> {
  const server = await startSmtp(...answers);
  open.push({ close: server.stop });
  return server;
}

/** One header of a mail, unfolded. */
function header(source: string | undefined, name: string): string | undefined {
  const [head = ''] = (source ?? '').split('\r\n\r\n');
  const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  return lines.find((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))?.slice(name.length + 2);
}

beforeEach(async () => {
  receiver = await startReceiver();
  outbound = loopbackClient();
});

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  await outbound.close();
  await receiver.stop();
});

describe('the mail', () => {
  it('goes to everyone, with a Message-ID from the job', async () => {
    const server = await smtp();
    const result = await send(server.url, {
      to: ['ada@example.com', { name: 'Böb', address: 'bob@example.com' }],
      cc: ['cc@example.com'],
      bcc: ['secret@example.com'],
      replyTo: 'reply@example.com',
      html: '<p>Hi</p>',
    });
    expect(result).toMatchObject({
      messageId: '<rate-limited_1@example.com>',
      accepted: ['ada@example.com', 'bob@example.com', 'cc@example.com', 'secret@example.com'],
      rejected: [],
      response: expect.stringMatching(/^250 /),
    });
    const [mail] = server.mails;
    expect(mail).toMatchObject({ from: 'billing@example.com', to: result.accepted });
    const headers = ['Message-ID', 'From', 'To', 'Cc', 'Bcc', 'Reply-To', 'Subject'].map((name) => header(mail?.source, name));
    expect(headers).toEqual([
      '<rate-limited_1@example.com>',
      'Billing <billing@example.com>',
      expect.stringMatching(/^ada@example\.com, =\?UTF-8\?.*\?= <bob@example\.com>$/i),
      'cc@example.com',
      undefined,
      'reply@example.com',
      'Hello',
    ]);
    expect(mail?.source).toMatch(/multipart\/alternative[\s\S]*\r\nHi\r\n[\s\S]*<p>Hi<\/p>/);
  });

  it('has the same Message-ID at every attempt, in the domain of its sender', async () => {
    const server = await smtp();
    await send(server.url, { from: { name: 'Me', address: 'me@other.example' } }, { attempt: 1 });
    await send(server.url, { from: { name: 'Me', address: 'me@other.example' } }, { attempt: 2 });
    expect(server.mails.map(({ source }) => header(source, 'Message-ID'))).toEqual(Array(2).fill('<rate-limited_1@other.example>'));
  });

  it('needs a sender', async () => {
    const server = await smtp();
    await expect(send(server.url, {}, {}, { ...OPTIONS, defaultFrom: undefined })).rejects.toMatchObject({
      name: 'FinalError',
      code: 'sender-missing',
    });
  });

  it('cannot be given headers or recipients through its texts', async () => {
    const parse = (input: object) =>
      findJobDefinition('email.send')?.payload.safeParse({ to: ['a@example.com'], subject: 's', text: 't', ...input }).success;
    const injection = 'x\r\nBcc: eve@example.com';
    expect(
      [
        { subject: injection },
        { from: `a@example.com\r\nBcc: eve@example.com` },
        { to: ['a@example.com, eve@example.com'] },
        { to: [{ name: injection, address: 'a@example.com' }] },
        { attachments: [{ url: 'http://a.example/', filename: injection }] },
        { attachments: [{ url: 'http://a.example/', filename: 'f', contentType: 'text/plain\r\nX-A: b' }] },
        { attachments: [{ url: 'file:///etc/passwd', filename: 'f' }] },
      ].map(parse),
    ).toEqual(Array(7).fill(false));
    const server = await smtp();
    await send(server.url, {
      subject: 'Bcc: eve@example.com',
      to: [{ name: '"Ada" <eve@example.com>, x', address: 'ada@example.com' }],
      text: 'x\r\n.\r\nMAIL FROM:<eve@example.com>\r\n',
    });
    expect(server.mails).toMatchObject([{ from: 'billing@example.com', to: ['ada@example.com'] }]);
    expect(header(server.mails[0]?.source, 'Bcc')).toBeUndefined();
  });

  it('does not read files or URLs that its texts name', async () => {
    const server = await smtp();
    await send(server.url, { html: `<img src="${receiver.url}/pixel.png"><img src="file:///etc/hostname">`, text: '/etc/hostname' });
    expect(receiver.requests).toHaveLength(0);
    expect(server.mails).toHaveLength(1);
  });
});

describe('attachments', () => {
  it('are fetched and sent as they are', async () => {
    const server = await smtp();
    receiver.respond = ({ path }) => ({ body: `content of ${path}` });
    await send(server.url, {
      attachments: [
        { url: `${receiver.url}/1`, filename: 'rechnung-ü.pdf' },
        { url: `${receiver.url}/2`, filename: 'data', contentType: 'text/csv' },
      ],
    });
    const source = server.mails[0]?.source ?? '';
    expect(source).toMatch(/Content-Type: application\/pdf/);
    expect(source).toMatch(/Content-Type: text\/csv; name=data/);
    for (const path of ['/1', '/2']) expect(source).toContain(Buffer.from(`content of ${path}`).toString('base64'));
  });

  it.each([
    ['one that is too large', [1_001]],
    ['several that are too large together', [800, 800]],
  ])('%s are final', async (_case, sizes) => {
    const server = await smtp();
    receiver.respond = ({ path }) => ({ body: Buffer.alloc(Number(path.slice(1))) });
    const attachments = sizes.map((size) => ({ url: `${receiver.url}/${size}`, filename: 'f' }));
    await expect(send(server.url, { attachments })).rejects.toMatchObject({ name: 'FinalError', code: 'download-too-large' });
    expect(server.mails).toHaveLength(0);
  });

  it.each([
    [404, 'FinalError'],
    [503, 'RetryableError'],
  ])('that answer %p are a %s', async (status, name) => {
    const server = await smtp();
    receiver.respond = () => ({ status });
    const attachments = [{ url: receiver.url, filename: 'f' }];
    await expect(send(server.url, { attachments })).rejects.toMatchObject({ name, code: 'http-status' });
    expect(server.mails).toHaveLength(0);
  });
});

describe('what the server says', () => {
  it.each([
    [421, 'RetryableError', 'smtp-deferred'],
    [451, 'RetryableError', 'smtp-deferred'],
    [550, 'FinalError', 'smtp-rejected'],
    [554, 'FinalError', 'smtp-rejected'],
  ])('%p is a %s, wherever it is said', async (code, name, errorCode) => {
    const refusal = reply(code, 'not like this');
    const expected = { name, code: errorCode, message: expect.stringMatching(new RegExp(`${code}|not like this`)) };
    for (const answers of [
      { onMailFrom: (_address: unknown, _session: unknown, done: (error: Error) => void) => done(refusal) },
      { onRcptTo: (_address: unknown, _session: unknown, done: (error: Error) => void) => done(refusal) },
      { refuseData: refusal },
    ]) {
      const server = await smtp(answers);
      await expect(send(server.url)).rejects.toMatchObject(expected);
    }
  });

  it('some recipients refused: the others get it, and the result says so', async () => {
    const server = await smtp({
      onRcptTo: ({ address }, _session, done) => done(address.startsWith('gone') ? reply(550, 'no such user') : null),
    });
    await expect(send(server.url, { to: ['ada@example.com', 'gone@example.com'] })).resolves.toMatchObject({
      accepted: ['ada@example.com'],
      rejected: ['gone@example.com'],
    });
  });

  it('all recipients refused, one of them only for now: it may still work', async () => {
    const server = await smtp({
      onRcptTo: ({ address }, _session, done) => done(address.startsWith('gone') ? reply(550, 'no such user') : reply(450, 'greylisted')),
    });
    for (const to of [
      ['gone@example.com', 'grey@example.com'],
      ['grey@example.com', 'gone@example.com'],
    ]) {
      await expect(send(server.url, { to })).rejects.toMatchObject({ name: 'RetryableError', code: 'smtp-deferred' });
    }
  });

  it('a wrong password is final and not told', async () => {
    const server = await smtp({ onAuth: (_auth, _session, done) => done(reply(535, 'authentication failed')) });
    const url = server.url.replace('smtp://', 'smtp://user:hunter2@');
    await expect(send(url)).rejects.toMatchObject({
      name: 'FinalError',
      code: 'smtp-rejected',
      message: expect.not.stringMatching('hunter2'),
    });
  });

  it('no server at all, or one that hangs up, is tried again', async () => {
    await expect(send(`smtp://127.0.0.1:${await freePort()}`)).rejects.toMatchObject({ name: 'RetryableError', code: 'smtp-unavailable' });
    const rude = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    open.push({ close: async () => void rude.close() });
    await once(rude, 'listening');
    const { port } = rude.address() as AddressInfo;
    await expect(send(`smtp://127.0.0.1:${port}`)).rejects.toMatchObject({ name: 'RetryableError', code: 'smtp-unavailable' });
  });

  it('no server configured is final, whatever else is missing', async () => {
    const refused = { name: 'FinalError', code: 'smtp-not-configured' };
    await expect(send(undefined)).rejects.toMatchObject(refused);
    await expect(send(undefined, {}, {}, { ...OPTIONS, defaultFrom: undefined })).rejects.toMatchObject(refused);
  });
});

describe('when it has to stop', () => {
  const reason = new Error('the job was cancelled');

  it('sends nothing after it was told to', async () => {
    const server = await smtp();
    await expect(send(server.url, {}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(server.mails).toHaveLength(0);
  });

  it('stops fetching attachments, and a dialogue that has begun', async () => {
    const stop = new AbortController();
    const fetched = createSignal('the download');
    const answer = createSignal<object>('the answer');
    receiver.respond = () => {
      fetched.set();
      return answer.wait(60_000);
    };
    const server = await smtp();
    const fetching = send(server.url, { attachments: [{ url: receiver.url, filename: 'f' }] }, { signal: stop.signal });
    await fetched.wait();
    stop.abort(reason);
    await expect(fetching).rejects.toBe(reason);
    answer.set({});

    const stopSending = new AbortController();
    const asked = createSignal('MAIL FROM');
    const silent = await smtp({ onMailFrom: () => asked.set() });
    const sending = send(silent.url, {}, { signal: stopSending.signal });
    await asked.wait();
    stopSending.abort(reason);
    await expect(sending).rejects.toBe(reason);
  });
});
