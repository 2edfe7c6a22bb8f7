import cors, { type FastifyCorsOptions } from '@fastify/cors';
import type { FastifyInstance, FastifyRequest } from 'fastify';

const API = /^\/v1\//;

const OPTIONS: FastifyCorsOptions = {
  methods: ['GET', 'POST', 'PUT', 'DELETE'],
  allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'Last-Event-ID', 'X-Request-Id', 'Traceparent', 'Tracestate'],
  exposedHeaders: ['Location', 'Retry-After', 'Idempotent-Replayed', 'Durability', 'RateLimit', 'RateLimit-Policy', 'X-Request-Id'],
  /** Seconds that a browser remembers the permission. */
  maxAge: 600,
  strictPreflight: false,
  // A page sends its key in a header. No cookie opens the API, so none is ever let through.
  credentials: false,
};

/** Lets pages of these origins, and no others, call the API: not Bull Board, which goes by a cookie. */
export async function allowOrigins(fastify: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  await fastify.register(cors, {
    delegator: ({ url }: FastifyRequest, answer: (error: null, options: FastifyCorsOptions) => void) =>
      answer(null, API.test(url) ? { ...OPTIONS, origin: [...origins] } : { origin: false }),
  });
}
