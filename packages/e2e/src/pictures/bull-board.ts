/** Draws the picture of Bull Board in the documentation from a real run: `npm run pictures:bull-board`. */
import { resolve } from 'node:path';
import { startReceiver, startStack, waitFor } from '@dts/testkit';
import sharp from 'sharp';
import { Api } from '../api.js';
import { openBrowser } from '../browser.js';

const PICTURE = resolve(import.meta.dirname, '../../../../docs/bull-board.png');
const SIZE = { width: 1100, height: 620 };
const COLOURS = 64;

await using cleanUp = new AsyncDisposableStack();
const receiver = cleanUp.adopt(await startReceiver(), (server) => server.stop());
receiver.respond = ({ path }) => (path === '/hooks/invoice' ? { status: 422, body: 'unknown invoice INV-1042' } : { body: {} });
const stack = cleanUp.adopt(await startStack(), (started) => started.stop());
const api = new Api(stack.url, stack.apiKey);

for (let number = 1; number <= 40; number++) await api.submit('http.request', { url: `${receiver.url}/hooks/order`, json: { number } });
await api.submit('http.request', { url: `${receiver.url}/hooks/close` }, { delay: 3_600_000 });
const dead = await api.submit(
  'http.request',
  {
    url: `${receiver.url}/hooks/invoice`,
    headers: { Authorization: 'Bearer of-the-receiver' },
    json: { invoice: 'INV-1042', amount: 99.5 },
  },
  { tags: ['invoices'] },
);
await waitFor(async () => (await api.wait(dead)).state === 'dead');

const browser = cleanUp.adopt(await openBrowser(), (context) => context.close());
const page = await browser.newPage();
await page.setViewportSize(SIZE);
await page.goto(`${stack.url}/ui`);
await page.getByLabel('API key').fill(stack.apiKey);
await page.getByRole('button', { name: 'Sign in' }).click();
await page.waitForURL(`${stack.url}/ui`);
await page.goto(`${stack.url}/ui/queue/io?status=failed`);
await page.getByText('answered 422').first().waitFor();
const picture = await sharp(await page.screenshot())
  .png({ palette: true, colours: COLOURS })
  .toFile(PICTURE);
console.log(`docs/bull-board.png is drawn: ${picture.width} × ${picture.height}, ${Math.round(picture.size / 1024)} KiB.`);
