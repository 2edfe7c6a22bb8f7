import type { PayloadOf } from '@dts/jobs';
import type { OutboundClient } from '../outbound/outbound-client.js';
import type { Handler, HandlerContext } from '../processing/handler.js';
import { signatureHeaders } from './webhook-signature.js';

type HttpRequest = PayloadOf<'http.request'>;

const RESULT_BODY_BYTES = 16 * 1024;
const NOTHING = Buffer.alloc(0);

/**
 * Calls another service.
 * @param signingKey the requests are signed with it; not signed unless given
 */
export function createHttpRequest(outbound: OutboundClient, signingKey: Buffer | undefined): Handler<'http.request'> {
  return async (payload, context) => {
    const startedAt = performance.now();
    const body = encodeBody(payload);
    const { status, headers, ...answer } = await outbound.request({
      method: payload.method,
      url: payload.url,
      headers: requestHeaders(payload, body ?? NOTHING, context, signingKey),
      body,
      accepts: payload.expectedStatuses && ((status) => payload.expectedStatuses?.includes(status) ?? false),
      maxRedirects: payload.maxRedirects,
      maxBodyBytes: RESULT_BODY_BYTES,
      timeoutMs: payload.timeout,
      signal: context.signal,
    });
    const durationMs = Math.round(performance.now() - startedAt);
    return { status, headers, body: decode(answer.body, answer.truncated), truncated: answer.truncated, durationMs };
  };
}

function encodeBody({ json, text }: HttpRequest): Buffer | undefined {
  if (json !== undefined) return Buffer.from(JSON.stringify(json));
  return text === undefined ? undefined : Buffer.from(text);
}

/** What the caller sets wins; a caller who brings a signature gets none of ours beside it. */
function requestHeaders(payload: HttpRequest, body: Buffer, context: HandlerContext, key: Buffer | undefined): Record<string, string> {
  const given = Object.fromEntries(Object.entries(payload.headers).map(([name, value]) => [name.toLowerCase(), value]));
  const signed = key !== undefined && !Object.keys(given).some((name) => name.startsWith('webhook-'));
  const message = { id: context.idempotencyKey, timestamp: Math.floor(Date.now() / 1_000), body };
  return {
    ...contentType(payload),
    'idempotency-key': context.idempotencyKey,
    ...(signed && signatureHeaders(key, message)),
    ...given,
  };
}

function contentType({ json, text }: HttpRequest): Record<string, string> {
  if (json !== undefined) return { 'content-type': 'application/json' };
  return text === undefined ? {} : { 'content-type': 'text/plain; charset=utf-8' };
}

/** A character that the cut went through is left out. */
function decode(bytes: Buffer, cut: boolean): string {
  return new TextDecoder().decode(bytes, { stream: cut });
}
