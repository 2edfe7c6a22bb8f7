/** Draws the picture of `dts top` in the documentation from a real run: `npm run pictures:top`. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startReceiver, startStack } from '@dts/testkit';
import sharp from 'sharp';
import { SMTPServer } from 'smtp-server';
import { Api } from '../api.js';
import { Terminal } from '../dts/terminal.js';
import { submitInWaves } from './load.js';
import { toSvg } from './terminal-svg.js';

const DOCS = resolve(import.meta.dirname, '../../../../docs');
/** Rates are of the last five minutes: sooner they would tell of the time before there was load. */
const WATCHED_MS = 310_000;
/** Of each of three workers: the crests of the waves are more than they can take. */
const QUEUES = 'io:24,rate-limited:4,cpu:2';

await using cleanUp = new AsyncDisposableStack();
const receiver = cleanUp.adopt(await startReceiver(), (server) => server.stop());
const image = await sharp({ create: { width: 800, height: 400, channels: 3, background: '#58a6ff' } })
  .png()
  .toBuffer();
receiver.respond = async ({ path }) => {
  await delay(200 + Math.random() * 600);
  if (path === '/refuse') return { status: 400 };
  return path === '/in.png' ? { headers: { 'content-type': 'image/png' }, body: image } : { body: {} };
};
const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onData: (stream, _session, done) => {
    stream.resume();
    stream.on('end', () => setTimeout(done, 400));
  },
});
smtp.listen(0, '127.0.0.1');
await once(smtp.server, 'listening');
cleanUp.defer(() => new Promise<void>((closed) => smtp.close(closed)));
const smtpUrl = `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`;
const stack = cleanUp.adopt(await startStack({ env: { SMTP_URL: smtpUrl, SMTP_FROM: 'dts@example.com', QUEUES } }), (started) =>
  started.stop(),
);
await stack.start('worker');
await stack.start('worker');

const load = new AbortController();
const submitting = submitInWaves(new Api(stack.url, stack.apiKey), receiver.url, load.signal);
const env = { DTS_URL: stack.url, DTS_API_KEY: stack.apiKey };
const terminal = cleanUp.adopt(await Terminal.start({ args: ['top', '--interval', '1s'], env, columns: 100, rows: 20 }), (started) =>
  started.close(),
);
await delay(WATCHED_MS);
const picture = toSvg(terminal.emulator, {
  title: 'dts top',
  description: `What dts top shows of three queues and three workers under load:\n${terminal.text}`,
});
await writeFile(resolve(DOCS, 'top.svg'), picture);
load.abort();
await submitting;
terminal.type('q');
await terminal.ended;
console.log('docs/top.svg is drawn.');
