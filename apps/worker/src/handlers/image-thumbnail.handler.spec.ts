import { findJobDefinition, type PayloadInputOf, type PayloadOf } from '@dts/jobs';
import { createSignal, type Receiver, startReceiver } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import type { OutboundClient } from '../outbound/outbound-client.js';
import type { HandlerContext } from '../processing/handler.js';
import { type Attempt, startAttempt } from './fixtures/context.js';
import { loopbackClient } from './fixtures/loopback-client.js';
import { createImageThumbnail } from './image-thumbnail.handler.js';

type Input = PayloadInputOf<'image.thumbnail'>;

const LIMITS = { maxBytes: 2_000_000, maxPixels: 1_000_000 };

let receiver: Receiver;
let outbound: OutboundClient;
let attempt: Attempt;
/** What the receiver serves as the source. */
let source: Buffer;

const picture = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: { r: 200, g: 30, b: 30 } } });

function payload(input: Partial<Input>): PayloadOf<'image.thumbnail'> {
  const urls = { sourceUrl: `${receiver.url}/source?token=secret`, destinationUrl: `${receiver.url}/thumbnail` };
  return findJobDefinition('image.thumbnail')?.payload.parse({ ...urls, ...input }) as PayloadOf<'image.thumbnail'>;
}

function run(input: Partial<Input>, context: Partial<HandlerContext> = {}) {
  attempt = startAttempt({ jobId: 'cpu_1', ...context });
  return createImageThumbnail(outbound, LIMITS)(payload(input), attempt.context);
}

/** What was put at the destination. */
function stored(): Buffer {
  const put = receiver.requests.find(({ method }) => method === 'PUT');
  if (!put) throw new Error('nothing was put');
  return put.body;
}

const final = (code: string, message: RegExp) => ({ name: 'FinalError', code, message: expect.stringMatching(message) });

beforeEach(async () => {
  receiver = await startReceiver();
  receiver.respond = ({ method }) => (method === 'GET' ? { body: source } : { status: 201 });
  outbound = loopbackClient();
  source = await picture(400, 200).png().toBuffer();
});

afterEach(async () => {
  await outbound.close();
  await receiver.stop();
});

describe('a thumbnail', () => {
  it('is put at its destination, and the result describes it', async () => {
    const result = await run({ width: 100 });
    const put = receiver.requests.find(({ method }) => method === 'PUT');
    expect(put).toMatchObject({ path: '/thumbnail', headers: { 'content-type': 'image/webp', 'content-length': String(result.bytes) } });
    await expect(sharp(stored()).metadata()).resolves.toMatchObject({ format: 'webp', width: 100, height: 50 });
    expect(result).toEqual({ width: 100, height: 50, format: 'webp', bytes: stored().length, sourceBytes: source.length });
    expect(attempt.progress).toEqual([30, 80, 100]);
    expect(attempt.log).toEqual([`fetched ${source.length} bytes`, `made 100 x 50 pixels of webp in ${result.bytes} bytes`]);
  });

  it.each([
    ['jpeg', 'jpeg'],
    ['png', 'png'],
    ['webp', 'webp'],
    ['avif', 'heif'],
  ] as const)('is written as %s', async (format, read) => {
    await expect(run({ width: 40, format })).resolves.toMatchObject({ format, width: 40, height: 20 });
    await expect(sharp(stored()).metadata()).resolves.toMatchObject({ format: read });
  });

  it.each([
    ['cover', 100, 100],
    ['contain', 100, 100],
    ['fill', 100, 100],
    ['inside', 100, 50],
    ['outside', 200, 100],
  ] as const)('fits as %s', async (fit, width, height) => {
    await expect(run({ width: 100, height: 100, fit })).resolves.toMatchObject({ width, height });
  });

  it('is never larger than its source', async () => {
    await expect(run({ width: 8_000 })).resolves.toMatchObject({ width: 400, height: 200 });
  });

  it('stands upright as its EXIF orientation says, and tells nothing else of its origin', async () => {
    source = await picture(400, 200)
      .withExif({ IFD0: { Copyright: 'someone' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    await expect(run({ width: 100, format: 'jpeg' })).resolves.toMatchObject({ width: 100, height: 200 });
    const { exif, orientation } = await sharp(stored()).metadata();
    expect([exif, orientation]).toEqual([undefined, undefined]);
  });

  it('is smaller with less quality', async () => {
    const noise = Buffer.from(Array.from({ length: 200 * 200 * 3 }, (_, at) => (at * 7919) % 251));
    source = await sharp(noise, { raw: { width: 200, height: 200, channels: 3 } })
      .png()
      .toBuffer();
    const poor = await run({ width: 200, format: 'jpeg', quality: 10 });
    const fine = await run({ width: 200, format: 'jpeg', quality: 95 });
    expect(poor.bytes).toBeLessThan(fine.bytes / 2);
  });

  it.each([
    ['jpeg', [255, 255, 255]],
    ['png', [255, 255, 255, 0]],
  ] as const)('fills the room that contain leaves, as %s can', async (format, expected) => {
    await run({ width: 100, height: 100, fit: 'contain', format });
    const corner = await sharp(stored()).extract({ left: 0, top: 0, width: 1, height: 1 }).raw().toBuffer();
    expect([...corner]).toEqual(expected);
  });

  it.each(['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const)('can be made of %s', async (format) => {
    source = await picture(60, 60)[format]().toBuffer();
    await expect(run({ width: 30 })).resolves.toMatchObject({ width: 30, height: 30 });
  });
});

describe('a source that will never do', () => {
  afterEach(() => {
    expect(receiver.requests.filter(({ method }) => method === 'PUT')).toHaveLength(0);
  });

  it('nothing', async () => {
    source = Buffer.alloc(0);
    await expect(run({ width: 10 })).rejects.toMatchObject(final('image-empty', /no bytes/));
  });

  it.each([
    ['a web page', '<!doctype html><title>Not found</title>'],
    ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10"/></svg>'],
    ['an SVG with a declaration', '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>'],
    ['a PDF', '%PDF-1.4\n1 0 obj'],
    ['too little to tell', 'x'],
  ])('%s', async (_what, text) => {
    source = Buffer.from(text, 'latin1');
    await expect(run({ width: 10 })).rejects.toMatchObject({
      name: 'FinalError',
      code: 'image-unsupported',
    });
  });

  it('an SVG that begins like an AVIF', async () => {
    source = Buffer.from('\0\0\0\x1cftypavif<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>', 'latin1');
    await expect(run({ width: 10 })).rejects.toMatchObject(final('image-broken', /broken/));
  });

  it.each([0.1, 0.5, 0.9])('a JPEG of which only %p has arrived', async (part) => {
    const whole = await picture(400, 200).jpeg().toBuffer();
    source = whole.subarray(0, whole.length * part);
    await expect(run({ width: 10 })).rejects.toMatchObject(final('image-broken', /^The source image is broken: .+/));
  });

  it('a PNG with a flipped byte', async () => {
    source.writeUInt8(source.readUInt8(source.length - 30) ^ 0xff, source.length - 30);
    await expect(run({ width: 10 })).rejects.toMatchObject(final('image-broken', /broken/));
  });

  it('a few bytes that unpack to far too many pixels', async () => {
    source = await picture(10_000, 10_000).png({ compressionLevel: 9 }).toBuffer();
    expect(source.length).toBeLessThan(LIMITS.maxBytes);
    await expect(run({ width: 10 })).rejects.toMatchObject(final('image-too-large', /more than the 1000000 pixels/));
  });

  it('too many bytes', async () => {
    source = Buffer.alloc(LIMITS.maxBytes + 1);
    await expect(run({ width: 10 })).rejects.toMatchObject(final('download-too-large', /\/source\?… has more than the 2000000 bytes/));
  });
});

describe('what the services say', () => {
  it.each([
    [404, 'FinalError'],
    [403, 'FinalError'],
    [429, 'RetryableError'],
    [503, 'RetryableError'],
  ])('%p from source or destination is a %s', async (status, name) => {
    const answer = receiver.respond;
    receiver.respond = () => ({ status });
    await expect(run({ width: 10 })).rejects.toMatchObject({
      name,
      code: 'http-status',
      message: expect.stringMatching(/^GET .*\/source/),
    });
    receiver.respond = (request, count) => (request.method === 'PUT' ? { status } : answer(request, count));
    await expect(run({ width: 10 })).rejects.toMatchObject({
      name,
      code: 'http-status',
      message: expect.stringMatching(/^PUT .*\/thumbnail/),
    });
  });

  it("throws the attempt's own reason when it is told to stop", async () => {
    const stop = new AbortController();
    const reason = new Error('shutdown');
    const fetched = createSignal('the download');
    const held = createSignal<object>('the answer');
    receiver.respond = () => {
      fetched.set();
      return held.wait(60_000);
    };
    const running = run({ width: 10 }, { signal: stop.signal });
    await fetched.wait();
    stop.abort(reason);
    await expect(running).rejects.toBe(reason);
    held.set({});
  });
});
