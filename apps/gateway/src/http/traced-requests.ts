import { UNRECORDED } from '@dts/queue';
import { type Context, context, propagation, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isGuarded } from './authenticate.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** What runs for this request runs as a part of this. Set where requests are traced. */
    trace?: Context;
  }
}

/**
 * One span for each request of the API, in the trace that its `traceparent` names or in a new one; what it submits goes on
 * with that trace. Names follow https://opentelemetry.io/docs/specs/semconv/http/http-spans/.
 */
export function traceRequests(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', async (request, reply) => {
    if (isGuarded(request)) start(request, reply);
  });
  // Not before the body has been read: it comes with events of the socket, which know nothing of the request.
  fastify.addHook('preHandler', (request, _reply, done) => (request.trace ? context.with(request.trace, done) : done()));
}

/** Of a trace that begins here and is not recorded nothing is kept but that: most requests are of that kind, and cost next to nothing. */
function start(request: FastifyRequest, reply: FastifyReply): void {
  const { method, routeOptions, headers } = request;
  const caller = headers.traceparent === undefined ? ROOT_CONTEXT : propagation.extract(ROOT_CONTEXT, headers);
  const span = trace.getTracer('dts').startSpan(`${method} ${routeOptions.url}`, { kind: SpanKind.SERVER }, caller);
  if (span.isRecording()) describe(span, request, reply);
  request.trace = span.isRecording() || trace.getSpan(caller) ? trace.setSpan(caller, span) : UNRECORDED;
}

function describe(span: Span, { method, routeOptions, id }: FastifyRequest, { raw }: FastifyReply): void {
  span.setAttributes({ 'http.request.method': method, 'http.route': routeOptions.url, 'dts.request.id': id });
  raw.once('close', () => {
    span.setAttribute('http.response.status_code', raw.statusCode);
    if (raw.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  });
}
