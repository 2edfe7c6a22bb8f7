import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter as BullBoardServer } from '@bull-board/fastify';
import { QUEUES } from '@dts/jobs';
import type { JobQueue, Queues } from '@dts/queue';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { Audit } from '../audit/audit.js';
import { GATEWAY_ENV, type GatewayEnv } from '../env.js';
import type { Door } from '../http/authenticate.js';
import type { ProblemFilter } from '../http/problem.filter.js';
import { BoardAudit } from './board-audit.js';
import { admit, refuseCrossSite } from './guard.js';
import { loginPage } from './login-page.js';
import { Sessions } from './session.js';

const BASE = '/ui';
const MAX_LOGIN_BYTES = 1_024;

/** Nothing from elsewhere (Bull Board would fetch fonts), and no page of another site may frame these. */
const CONTENT_POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'self'",
].join('; ');

/** Bull Board behind a guard: it has neither authentication nor protection against cross-site requests of its own. */
export async function serveBullBoard(app: NestFastifyApplication, queues: Queues, door: Door, problems: ProblemFilter): Promise<void> {
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  const sessions = new Sessions(door.keys, app.get<GatewayEnv>(GATEWAY_ENV).SESSION_SECRET);
  guard(fastify, door, sessions, new BoardAudit(BASE, app.get(Audit)), problems);
  await fastify.register(async (scope) => {
    scope.setErrorHandler((error, request, reply) => problems.answer(error, request, reply));
    serveLogin(scope, door, sessions);
  });
  await fastify.register(createBoard(queues).registerPlugin(), { prefix: BASE });
}

/** By the route that was matched: `/%75i/…` and `/ui/api/…` lead to the same routes as what they look like. */
function guard(fastify: FastifyInstance, door: Door, sessions: Sessions, audit: BoardAudit, problems: ProblemFilter): void {
  fastify.addHook('onRequest', async (request, reply) => {
    const { url } = request.routeOptions;
    if (url === undefined || !(url === BASE || url.startsWith(`${BASE}/`))) return;
    reply.header('content-security-policy', CONTENT_POLICY).header('referrer-policy', 'same-origin');
    if (url === `${BASE}/login`) return;
    try {
      if (!admit(request, reply, door, sessions)) return reply.redirect(`${BASE}/login`);
      await audit.begin(request);
    } catch (error) {
      // Bull Board has an error handler of its own, which makes a 500 of everything.
      problems.answer(error, request, reply);
      return reply;
    }
  });
  fastify.addHook('onResponse', async (request, reply) => audit.end(request, reply));
}

function serveLogin(fastify: FastifyInstance, { keys, addresses }: Door, sessions: Sessions): void {
  fastify.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: MAX_LOGIN_BYTES },
    (_request, body, done) => {
      done(null, new URLSearchParams(body as string));
    },
  );
  fastify.get(`${BASE}/login`, (_request, reply) => reply.type('text/html').send(loginPage()));
  fastify.post(`${BASE}/login`, (request, reply) => {
    refuseCrossSite(request);
    const secret = request.body instanceof URLSearchParams ? request.body.get('key') : null;
    const key = secret === null ? undefined : keys.find(secret.trim());
    if (!key) addresses.refuse(request, reply);
    if (!key) return reply.status(401).type('text/html').send(loginPage('This key is not known here.'));
    if (!key.scopes.has('ops:read')) return reply.status(403).type('text/html').send(loginPage('This key lacks the scope ops:read.'));
    return reply.header('set-cookie', sessions.open(key)).redirect(BASE, 303);
  });
  fastify.post(`${BASE}/logout`, (_request, reply) => reply.header('set-cookie', sessions.close()).redirect(`${BASE}/login`, 303));
}

function createBoard(queues: Queues): BullBoardServer {
  const server = new BullBoardServer();
  server.setBasePath(BASE);
  createBullBoard({
    queues: Object.values<JobQueue>(queues).map(toBoardQueue),
    serverAdapter: server,
    options: { uiConfig: { boardTitle: 'Task scheduler', boardLogo: { path: '' } } },
  });
  return server;
}

function toBoardQueue(queue: JobQueue): BullMQAdapter {
  return new BullMQAdapter(queue, { description: QUEUES[queue.name as keyof typeof QUEUES].description });
}
