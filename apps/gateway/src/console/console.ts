import { Readable } from 'node:stream';
import { readConsole } from '@dts/console';
import { JobClient, Operations } from '@dts/queue';
import { Draining } from '@dts/runtime';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Audit } from '../audit/audit.js';
import { Retries } from '../dead-letters/retries.js';
import { callerOf, type Door } from '../http/authenticate.js';
import type { ProblemFilter } from '../http/problem.filter.js';
import { Problem } from '../http/problem.js';
import { EventStreams } from '../jobs/event-streams.js';
import { parseQueueName } from '../queues/queue.schema.js';
import { guard } from '../ui/guard.js';
import type { Sessions } from '../ui/session.js';
import { ConsoleFeed } from './console-feed.js';

const BASE = '/console';

/** The console behind the same login as Bull Board: the page, what it loads, the events that it shows, and its changes. */
export async function serveConsole(app: NestFastifyApplication, door: Door, sessions: Sessions, problems: ProblemFilter): Promise<void> {
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  guard(fastify, BASE, door, sessions, problems);
  await fastify.register(async (scope) => {
    scope.setErrorHandler((error, request, reply) => problems.answer(error, request, reply));
    serveFiles(scope);
    serveEvents(scope, app);
    serveChanges(scope, app);
  });
}

function serveFiles(fastify: FastifyInstance): void {
  const { page, files } = readConsole();
  fastify.get(BASE, (_request, reply) => reply.type('text/html; charset=utf-8').send(page));
  fastify.get(`${BASE}/files/:name`, (request, reply) => {
    const file = files.get((request.params as { name: string }).name);
    if (!file) throw new Problem('not-found', 'The console has no such file.');
    return reply.type(file.type).send(file.body);
  });
}

function serveEvents(fastify: FastifyInstance, app: NestFastifyApplication): void {
  const [feed, streams, draining] = [app.get(ConsoleFeed), app.get(EventStreams), app.get(Draining)];
  fastify.get(`${BASE}/events`, (request: FastifyRequest, reply: FastifyReply) => {
    const caller = callerOf(request);
    const close = streams.open(caller.id);
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const events = feed.follow(caller.scopes.has('ops:write'), AbortSignal.any([gone.signal, draining.signal]));
    const stream = Readable.from(events, { objectMode: false }).once('close', close);
    streams.cutOffStalled(reply.raw, draining.signal);
    return reply.headers({ 'x-accel-buffering': 'no', connection: 'close' }).type('text/event-stream').send(stream);
  });
}

/** Each does what the API does, and is in the audit log as the same. */
function serveChanges(fastify: FastifyInstance, app: NestFastifyApplication): void {
  const [jobs, retries, operations, audit] = [app.get(JobClient), app.get(Retries), app.get(Operations), app.get(Audit)];
  const details = { from: 'console' };
  fastify.put(`${BASE}/jobs/:id/redrive`, async (request) => {
    const { id } = request.params as { id: string };
    await audit.change(request, { action: 'job.retry', target: id, details }, async () => retries.retry(await jobs.get(id)));
    return {};
  });
  fastify.put(`${BASE}/queues/:queue/redrive`, async (request) => {
    const queue = parseQueueName((request.params as { queue: string }).queue);
    const { id, tenant } = callerOf(request);
    const redrive = { kind: 'redrive', filter: { queue }, limit: null, ratePerSecond: null, tenant, createdBy: id } as const;
    await audit.change(request, { action: 'dead-letters.redrive', target: queue, details }, () => operations.start(redrive));
    return {};
  });
}
