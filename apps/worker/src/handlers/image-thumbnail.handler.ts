import { download } from '../outbound/download.js';
import type { OutboundClient } from '../outbound/outbound-client.js';
import type { Handler } from '../processing/handler.js';
import { renderThumbnail } from './thumbnail.js';

export interface ThumbnailLimits {
  /** Bytes of the source. */
  readonly maxBytes: number;
  /** Pixels of the source. */
  readonly maxPixels: number;
}

const MAX_REDIRECTS = 5;
/** What a store says to a PUT is of no use but for its status. */
const REPLY_BYTES = 1024;

/** Fetches an image, resizes it and puts it where it is wanted; doing it twice gives the same. */
export function createImageThumbnail(outbound: OutboundClient, { maxBytes, maxPixels }: ThumbnailLimits): Handler<'image.thumbnail'> {
  return async (payload, { signal, deadline, progress, log }) => {
    const source = await download(outbound, { url: payload.sourceUrl, maxBytes, signal });
    await log(`fetched ${source.length} bytes`);
    await progress(30);
    const thumbnail = await renderThumbnail(source, payload, { maxPixels, deadline });
    signal.throwIfAborted();
    const { width, height, bytes } = thumbnail;
    await log(`made ${width} x ${height} pixels of ${payload.format} in ${bytes.length} bytes`);
    await progress(80);
    await outbound.request({
      method: 'PUT',
      url: payload.destinationUrl,
      headers: { 'content-type': `image/${payload.format}` },
      body: bytes,
      maxRedirects: MAX_REDIRECTS,
      maxBodyBytes: REPLY_BYTES,
      signal,
    });
    await progress(100);
    return { width, height, bytes: bytes.length, format: payload.format, sourceBytes: source.length };
  };
}
