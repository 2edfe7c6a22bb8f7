import { type Context, context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isGuarded } from './authenticate.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** What runs for this request runs as a part of this. Set where requests are traced. */
    trace?: Context;
  }
}

/** The calls of workers elsewhere: several a second of each, as a Node worker's of Redis. Their attempts have spans. */
const UPKEEP = /^\/v1\/leases\b/;

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

function start(request: FastifyRequest, { raw }: FastifyReply): void {
  const { method, routeOptions } = request;
  const caller = propagation.extract(ROOT_CONTEXT, request.headers);
  if (UPKEEP.test(routeOptions.url ?? '')) {
    request.trace = caller;
    return;
  }
  const attributes = { 'http.request.method': method, 'http.route': routeOptions.url, 'dts.request.id': request.id };
  const span = trace.getTracer('dts').startSpan(`${method} ${routeOptions.url}`, { kind: SpanKind.SERVER, attributes }, caller);
  request.trace = trace.setSpan(caller, span);
  raw.once('close', () => {
    span.setAttribute('http.response.status_code', raw.statusCode);
    if (raw.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  });
}
