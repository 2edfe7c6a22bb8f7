import { QUEUE_NAMES } from '@dts/jobs';
import type { JobClient, Operations, QueueControl } from '@dts/queue';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Audit } from '../audit/audit.js';
import type { Retries } from '../dead-letters/retries.js';
import { callerOf } from '../http/authenticate.js';
import { Problem } from '../http/problem.js';
import { parseQueueName } from '../queues/queue.schema.js';

/** What changes are made with. */
export interface BoardTools {
  readonly jobs: JobClient;
  readonly retries: Retries;
  readonly operations: Operations;
  readonly control: QueueControl;
  readonly audit: Audit;
}

interface Params {
  readonly queueName: string;
  readonly jobId: string;
  readonly queueStatus: string;
}

/** One that Bull Board has a button for. */
interface BoardAction {
  /** As the audit log names it, and the API where it can do the same. */
  readonly name: string;
  readonly make: (tools: BoardTools, params: Params, request: FastifyRequest) => Promise<unknown>;
  /** What its button expects; nothing unless given. */
  readonly answer?: object;
}

const concurrencyBody = z.object({ concurrency: z.int().min(0) });
const rateBody = z.union([
  z.object({ max: z.int().min(1), duration: z.int().min(1) }).transform(({ max, duration }) => ({ max, per: duration })),
  z.object({ max: z.null().optional() }).transform(() => null),
]);

/**
 * Every change that Bull Board's buttons can make, by its route: each does what the API does, with the API's own code.
 * Bull Board's own would leave our counters of a job behind, tell no worker, and be in no log.
 */
const ACTIONS: Readonly<Record<string, BoardAction>> = {
  '/api/queues/:queueName/:jobId/retry': {
    name: 'job.retry',
    make: async ({ jobs, retries }, { jobId }) => retries.retry(await jobs.get(jobId)),
  },
  '/api/queues/:queueName/:jobId/promote': { name: 'job.promote', make: ({ jobs }, { jobId }) => jobs.promote(jobId) },
  '/api/queues/:queueName/:jobId/clean': { name: 'job.cancel', make: ({ jobs }, { jobId }) => jobs.cancel(jobId) },
  '/api/queues/:queueName/retry/:queueStatus': { name: 'dead-letters.redrive', make: redrive, answer: { retried: 0, skipped: 0 } },
  '/api/queues/:queueName/pause': { name: 'queue.pause', make: ({ control }, params) => control.pause(parseQueueName(params.queueName)) },
  '/api/queues/:queueName/resume': {
    name: 'queue.resume',
    make: ({ control }, params) => control.resume(parseQueueName(params.queueName)),
  },
  '/api/queues/pause': { name: 'queue.pause', make: ({ control }) => Promise.all(QUEUE_NAMES.map((queue) => control.pause(queue))) },
  '/api/queues/resume': { name: 'queue.resume', make: ({ control }) => Promise.all(QUEUE_NAMES.map((queue) => control.resume(queue))) },
  '/api/queues/:queueName/concurrency': { name: 'queue.limit', make: limitConcurrency },
  '/api/queues/:queueName/rate-limit': { name: 'queue.limit', make: limitRate },
};

/** Whether a change is ours; the others are switched off. @param route below Bull Board's base */
export function isBoardAction(method: string, route: string): boolean {
  return method.toLowerCase() === 'put' && Object.hasOwn(ACTIONS, route);
}

/** @param base where Bull Board is */
export function serveBoardActions(fastify: FastifyInstance, base: string, tools: BoardTools): void {
  for (const [route, { name, make, answer = {} }] of Object.entries(ACTIONS)) {
    fastify.put(base + route, async (request) => {
      const params = request.params as Params;
      const change = { action: name, target: params.jobId ?? params.queueName ?? '*', details: { from: 'bull-board' } };
      await tools.audit.change(request, change, () => make(tools, params, request));
      return answer;
    });
  }
}

/** It goes on by itself, as one that the API was asked for. */
async function redrive({ operations }: BoardTools, params: Params, request: FastifyRequest): Promise<void> {
  if (params.queueStatus !== 'failed') throw new Problem('not-retryable', 'Only jobs that have failed can be retried.');
  const { id, tenant } = callerOf(request);
  await operations.start({
    kind: 'redrive',
    filter: { queue: parseQueueName(params.queueName) },
    limit: null,
    ratePerSecond: null,
    tenant,
    createdBy: id,
  });
}

async function limitConcurrency({ control }: BoardTools, params: Params, request: FastifyRequest): Promise<void> {
  const queue = parseQueueName(params.queueName);
  const { concurrency } = read(concurrencyBody, request);
  await control.setLimits(queue, { ...(await control.limits(queue)), concurrency: concurrency === 0 ? null : concurrency });
}

async function limitRate({ control }: BoardTools, params: Params, request: FastifyRequest): Promise<void> {
  const queue = parseQueueName(params.queueName);
  const rate = read(rateBody, request);
  await control.setLimits(queue, { ...(await control.limits(queue)), rate });
}

function read<Schema extends z.ZodType>(schema: Schema, request: FastifyRequest): z.output<Schema> {
  const parsed = schema.safeParse(request.body);
  if (parsed.success) return parsed.data;
  throw new Problem('invalid-request', 'The limit must be a whole number.');
}
