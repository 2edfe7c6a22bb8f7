import { toShown } from '@dts/jobs';
import type { FastifyRequest } from 'fastify';
import { PROBLEMS } from '../http/problem-catalogue.js';
import { toShownJob } from './shown-job.js';

const MOST_OF_A_FLOW = 1_000_000;

type Body = Readonly<Record<string, unknown>>;
type Presenter = (body: unknown, request: FastifyRequest) => unknown;

/** By the end of Bull Board's routes. */
const PRESENTERS: Readonly<Record<string, Presenter>> = {
  '/api/queues': (body, request) => presentQueues(body, request),
  '/api/queues/:queueName/:jobId': (body) => (isObject(body) && isObject(body.job) ? { ...body, job: toShownJob(body.job) } : body),
  '/api/queues/:queueName/:jobId/logs': (body) => (Array.isArray(body) ? body.map((line) => toShown(line)) : body),
  '/api/queues/:queueName/:jobId/flow': (body) => toShown(body, MOST_OF_A_FLOW),
};

/** What Bull Board is about to answer, as whoever asks may see it. @param base where Bull Board is */
export function presented(body: unknown, request: FastifyRequest, base: string): unknown {
  if (isProblem(body)) return { ...body, error: body.title, message: body.detail };
  const { url = '' } = request.routeOptions;
  return PRESENTERS[url.slice(base.length)]?.(body, request) ?? body;
}

/** Its pages show buttons by what a queue says of itself: to a key that may change nothing, every queue is one to read. */
function presentQueues(body: unknown, request: FastifyRequest): unknown {
  if (!isObject(body) || !Array.isArray(body.queues)) return body;
  const mayChange = request.apiKey?.scopes.has('ops:write') ?? false;
  const queues = body.queues.filter(isObject).map((queue) => ({
    ...queue,
    jobs: Array.isArray(queue.jobs) ? queue.jobs.filter(isObject).map(toShownJob) : [],
    ...(!mayChange && { readOnlyMode: true, allowRetries: false, allowCompletedRetries: false }),
  }));
  return { ...body, queues };
}

/** Bull Board's pages tell an error by a member of its name. */
function isProblem(body: unknown): body is Body {
  return isObject(body) && typeof body.code === 'string' && Object.hasOwn(PROBLEMS, body.code) && 'requestId' in body;
}

function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
