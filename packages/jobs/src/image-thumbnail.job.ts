import { z } from 'zod';
import { defineJob } from './define-job.js';

const webUrl = z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' }).max(8192);
const side = z.int().min(1).max(8192);

/** Fetches an image, resizes it and puts it where it is wanted. */
export const imageThumbnail = defineJob({
  name: 'image.thumbnail',
  queue: 'cpu',
  description:
    'Fetches an image (JPEG, PNG, WebP, AVIF, GIF or TIFF), resizes it and PUTs it to a URL, so any presigned object store works. ' +
    'It is turned upright by its EXIF orientation, stripped of its metadata, and never enlarged.',
  payload: z
    .strictObject({
      sourceUrl: webUrl,
      destinationUrl: webUrl,
      width: side.optional(),
      height: side.optional(),
      fit: z.enum(['cover', 'contain', 'fill', 'inside', 'outside']).default('inside'),
      format: z.enum(['jpeg', 'png', 'webp', 'avif']).default('webp'),
      quality: z.int().min(1).max(100).default(80).meta({ description: 'For jpeg, webp and avif; a png is lossless' }),
    })
    .refine((image) => image.width !== undefined || image.height !== undefined, { path: ['width'], error: 'give width, height or both' }),
  result: z.strictObject({
    width: z.int().meta({ description: 'Pixels, as written: less than asked for when the source is smaller' }),
    height: z.int(),
    bytes: z.int(),
    format: z.string(),
    sourceBytes: z.int(),
  }),
  attempts: 5,
  backoff: { type: 'exponential', delay: 2_000, maxDelay: 300_000 },
  timeout: 120_000,
  example: { sourceUrl: 'https://cdn.internal/cat.png', destinationUrl: 'https://store.internal/cat-200.webp', width: 200 },
});
