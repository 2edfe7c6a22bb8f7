/** Draws the pictures of the console in the documentation from a real run: `npm run pictures:console`. */
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startReceiver, startStack, waitFor } from '@dts/testkit';
import sharp from 'sharp';
import { Api } from '../api.js';
import { openBrowser } from '../browser.js';

const DOCS = resolve(import.meta.dirname, '../../../../docs');
const COLOURS = 64;
/** Seconds of load before a picture is taken: enough for lines in the charts. */
const SECONDS = 40;
const PICTURES = [
  { file: 'console.png', width: 1200, height: 800, colorScheme: 'light', from: '' },
  { file: 'console-below.png', width: 1200, height: 900, colorScheme: 'light', from: '#workers' },
  { file: 'console-phone.png', width: 390, height: 844, colorScheme: 'dark', from: '' },
] as const;

await using cleanUp = new AsyncDisposableStack();
const receiver = cleanUp.adopt(await startReceiver(), (server) => server.stop());
receiver.respond = async ({ path }) => {
  await delay(20 + Math.random() * 60);
  return path === '/hooks/invoice' ? { status: 422, body: 'unknown invoice INV-1042' } : { body: {} };
};
const appEnv = { worker: { QUEUES: 'io:8,cpu:1,rate-limited:2' }, scaler: { SIGNAL_INTERVAL: '2000', QUEUES: 'io:8,cpu:1' } };
const stack = cleanUp.adopt(await startStack({ apps: ['worker', 'scaler'], appEnv }), (started) => started.stop());
const api = new Api(stack.url, stack.apiKey);

const browser = cleanUp.adopt(await openBrowser(), (context) => context.close());
const page = await browser.newPage();
await page.goto(`${stack.url}/console`);
await page.getByLabel('API key').fill(stack.apiKey);
await page.getByRole('button', { name: 'Sign in' }).click();
await page.getByText('Live since').waitFor();

for (let second = 0; second < SECONDS; second++) {
  const jobs = 60 + Math.round(50 * Math.sin(second / 7)) + (second % 30 < 8 ? 80 : 0);
  const call = (path: string) => ({ name: 'http.request', payload: { url: `${receiver.url}${path}`, json: { second } } });
  const pixel = {
    name: 'image.thumbnail',
    payload: { sourceUrl: `${receiver.url}/hooks/invoice`, destinationUrl: receiver.url, width: 9 },
  };
  const batch = [
    ...Array.from({ length: jobs }, () => call('/hooks/order')),
    ...(second % 25 === 0 ? [call('/hooks/invoice'), pixel] : []),
  ];
  await Promise.all([api.call('POST', '/v1/jobs:batch', { jobs: batch }), delay(1_000)]);
}
await waitFor(async () => (await page.locator('#dead-rows th').count()) > 0);

for (const { file, width, height, colorScheme, from } of PICTURES) {
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme });
  await page.goto(`${stack.url}/console${from}`);
  await page.locator('canvas').nth(4).waitFor();
  await delay(2_500); // by then the next news have been drawn in these colours
  const picture = await sharp(await page.screenshot())
    .png({ palette: true, colours: COLOURS })
    .toFile(resolve(DOCS, file));
  console.log(`docs/${file} is drawn: ${picture.width} × ${picture.height}, ${Math.round(picture.size / 1024)} KiB.`);
}
