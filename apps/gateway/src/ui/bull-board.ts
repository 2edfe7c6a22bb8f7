import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { QUEUES } from '@dts/jobs';
import { JobClient, type JobQueue, Operations, QueueControl, type Queues } from '@dts/queue';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { Audit } from '../audit/audit.js';
import { Retries } from '../dead-letters/retries.js';
import type { Door } from '../http/authenticate.js';
import type { ProblemFilter } from '../http/problem.filter.js';
import { serveBoardActions } from './board-actions.js';
import { BoardServer } from './board-server.js';
import { guard, isBelow } from './guard.js';
import { serveLogin } from './login.js';
import { ownPage } from './own-page.js';
import { presented } from './presented.js';
import type { Sessions } from './session.js';

const BASE = '/ui';

/** Links in the head of each page. */
const LINKS = [
  { text: 'Console', url: '/console' },
  { text: 'API', url: '/docs' },
  { text: 'Sign out', url: `${BASE}/logout` },
];

/**
 * Bull Board behind a guard: it has neither authentication nor protection against cross-site requests of its own. It shows
 * what is there; what it changes, and what it may show, is up to us.
 */
export async function serveBullBoard(
  app: NestFastifyApplication,
  queues: Queues,
  door: Door,
  sessions: Sessions,
  problems: ProblemFilter,
): Promise<void> {
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  guard(fastify, BASE, door, sessions, problems);
  present(fastify);
  await fastify.register(async (scope) => {
    scope.setErrorHandler((error, request, reply) => problems.answer(error, request, reply));
    serveLogin(scope, BASE, door, sessions);
    serveBoardActions(scope, BASE, {
      jobs: app.get(JobClient),
      retries: app.get(Retries),
      operations: app.get(Operations),
      control: app.get(QueueControl),
      audit: app.get(Audit),
    });
  });
  await fastify.register(createBoard(queues).registerPlugin(), { prefix: BASE });
}

function present(fastify: FastifyInstance): void {
  fastify.addHook('preSerialization', async (request, _reply, body) =>
    isBelow(BASE, request.routeOptions.url ?? '') ? presented(body, request, BASE) : body,
  );
  fastify.addHook('onSend', async (request, reply, body) => {
    const isPage = isBelow(BASE, request.routeOptions.url ?? '') && String(reply.getHeader('content-type')).startsWith('text/html');
    return isPage && typeof body === 'string' ? ownPage(body) : body;
  });
}

function createBoard(queues: Queues): BoardServer {
  const server = new BoardServer();
  server.setBasePath(BASE);
  createBullBoard({
    queues: Object.values<JobQueue>(queues).map(toBoardQueue),
    serverAdapter: server,
    options: { uiConfig: { boardTitle: 'Task scheduler', boardLogo: { path: '' }, hideDocsLink: true, miscLinks: LINKS } },
  });
  return server;
}

/** What has completed is done: to run it again would be to do it twice. */
function toBoardQueue(queue: JobQueue): BullMQAdapter {
  const options = { description: QUEUES[queue.name as keyof typeof QUEUES].description, allowCompletedRetries: false };
  return new BullMQAdapter(queue, options);
}
