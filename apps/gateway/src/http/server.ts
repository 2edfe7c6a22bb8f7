import { randomUUID } from 'node:crypto';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { MAX_PAYLOAD_BYTES } from '@dts/queue';
import { ApiKeys, isTracing } from '@dts/runtime';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { serveConsole } from '../console/console.js';
import { GATEWAY_ENV, type GatewayEnv } from '../env.js';
import { QueueAccess } from '../queue-access.js';
import { serveBullBoard } from '../ui/bull-board.js';
import { Sessions } from '../ui/session.js';
import { AllowedMethods } from './allowed-methods.js';
import { authenticate, isGuarded } from './authenticate.js';
import { allowOrigins } from './cors.js';
import { acceptJsonOnly } from './json-body.js';
import { serveDocs } from './openapi.js';
import { ProblemFilter, sendProblem } from './problem.filter.js';
import { Problem, toProblemBody } from './problem.js';
import { PROBLEMS } from './problem-catalogue.js';
import { ProblemMetrics } from './problem-metrics.js';
import { AddressLimits } from './rate-limit/address-limits.js';
import { RateLimits } from './rate-limit/rate-limits.js';
import { RequestMetrics } from './request-metrics.js';
import { SECURITY_HEADERS } from './security-headers.js';
import { traceRequests } from './traced-requests.js';

/** What a submission may have around its payload. */
const ENVELOPE_BYTES = 16 * 1024;
/** Milliseconds in which the headers, and the whole request, must have arrived, however slowly their sender feeds them. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Milliseconds between two looks at who is too slow. */
const TIMEOUT_CHECK_MS = 2_000;

/** By Node's error codes. */
const UNREADABLE: Readonly<Record<string, Problem>> = {
  HPE_HEADER_OVERFLOW: new Problem('headers-too-large', 'All headers together may have 16 KiB.'),
  ERR_HTTP_REQUEST_TIMEOUT: new Problem(
    'request-timeout',
    `Headers must arrive within ${HEADERS_TIMEOUT_MS / 1000} seconds, the whole request within ${REQUEST_TIMEOUT_MS / 1000}.`,
  ),
};

export function createAdapter(): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: MAX_PAYLOAD_BYTES + ENVELOPE_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: TIMEOUT_CHECK_MS },
    genReqId: (request: IncomingMessage) => acceptableId(request.headers['x-request-id']) ?? randomUUID(),
    forceCloseConnections: 'idle',
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(new Problem('bad-request', error.message), request, reply),
    clientErrorHandler: refuseUnreadable,
  });
}

/** Everything around the controllers, in the order in which a request meets it. */
export async function prepareServer(app: NestFastifyApplication): Promise<void> {
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  const problems = app.get(ProblemFilter);
  app.get(ProblemMetrics).watch(fastify);
  app.get(RequestMetrics).watch(fastify);
  acceptJsonOnly(fastify);
  fastify.addHook('onRoute', (route) => {
    route.bodyLimit = route.config?.bodyLimit ?? route.bodyLimit;
  });
  fastify.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id).headers(SECURITY_HEADERS);
    // Payloads and results are nobody's but the caller's.
    if (isGuarded(request)) reply.header('cache-control', 'no-store');
  });
  if (isTracing(app.get<GatewayEnv>(GATEWAY_ENV))) traceRequests(fastify);
  // Before methods and keys are looked at: a preflight has no key, and a page must be able to read that its key was refused.
  await allowOrigins(fastify, app.get<GatewayEnv>(GATEWAY_ENV).CORS_ORIGINS);
  const door = { keys: app.get(ApiKeys), rates: app.get(RateLimits), addresses: app.get(AddressLimits) };
  app.get(AllowedMethods).watch(fastify);
  authenticate(fastify, door);
  app.useGlobalFilters(problems);
  serveDocs(app);
  const sessions = new Sessions(door.keys, app.get<GatewayEnv>(GATEWAY_ENV).SESSION_SECRET);
  await serveBullBoard(app, app.get(QueueAccess).queues, door, sessions, problems);
  await serveConsole(app, door, sessions, problems);
}

/** A caller's own id, if it can go into logs and headers as it is. */
function acceptableId(id: string | string[] | undefined): string | undefined {
  return typeof id === 'string' && /^[\w.:-]{1,128}$/.test(id) ? id : undefined;
}

/** What is not even HTTP, or has more headers than Node takes: there is no request yet to answer to. */
function refuseUnreadable(this: FastifyInstance, error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const problem = UNREADABLE[error.code ?? ''] ?? new Problem('bad-request', 'The request cannot be read as HTTP/1.1.');
  this.countProblem?.(problem.code);
  const body = JSON.stringify(toProblemBody(problem, randomUUID()));
  const { status } = PROBLEMS[problem.code];
  const headers = {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
    ...SECURITY_HEADERS,
  };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('\r\n')}\r\n\r\n${body}`);
}
