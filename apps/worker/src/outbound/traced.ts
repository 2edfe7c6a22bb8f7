import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Dispatcher } from 'undici';
import { redactUrl } from './redact-url.js';
import type { Hop } from './redirect.js';

type Send = (hop: Hop) => Promise<Dispatcher.ResponseData>;

/**
 * Sends a request as a part of the trace that runs, with a span of its own, and tells the other side by `traceparent`. One
 * that the caller has set wins. Names follow https://opentelemetry.io/docs/specs/semconv/http/http-spans/.
 */
export async function traced(hop: Hop, send: Send): Promise<Dispatcher.ResponseData> {
  // A worker that traces runs every attempt in a span, unless it was decided that nothing of it is recorded.
  if (trace.getActiveSpan() === undefined) return send(hop);
  const span = trace.getTracer('dts').startSpan(hop.method, { kind: SpanKind.CLIENT });
  const active = trace.setSpan(context.active(), span);
  const headers: Record<string, string> = {};
  propagation.inject(active, headers);
  try {
    const response = await context.with(active, send, undefined, { ...hop, headers: { ...headers, ...hop.headers } });
    describe(span, hop, response.statusCode);
    return response;
  } catch (error) {
    describe(span, hop);
    throw error;
  } finally {
    span.end();
  }
}

/** @param status none where there was no answer */
function describe(span: Span, { method, url }: Hop, status?: number): void {
  if (!span.isRecording()) return;
  span.setAttributes({
    'http.request.method': method,
    'url.full': redactUrl(url),
    'server.address': url.hostname,
    'server.port': Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
    ...(status !== undefined && { 'http.response.status_code': status }),
  });
  if (status === undefined || status >= 400) span.setStatus({ code: SpanStatusCode.ERROR });
}
