import { FinalError } from '@dts/jobs';
import type { OutboundClient } from './outbound-client.js';
import { redactUrl } from './redact-url.js';

export interface Download {
  readonly url: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

const MAX_REDIRECTS = 5;

/**
 * The whole of a file.
 * @throws FinalError `download-too-large`, and what `OutboundClient.request` throws
 */
export async function download(outbound: OutboundClient, { url, maxBytes, signal }: Download): Promise<Buffer> {
  const { body, truncated } = await outbound.request({ method: 'GET', url, maxRedirects: MAX_REDIRECTS, maxBodyBytes: maxBytes, signal });
  if (truncated)
    throw new FinalError('download-too-large', `${redactUrl(new URL(url))} has more than the ${maxBytes} bytes that are allowed.`);
  return body;
}
