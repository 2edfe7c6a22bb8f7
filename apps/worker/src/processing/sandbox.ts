/**
 * What runs in a worker thread for the sandboxed queues: the handler and nothing else. Deadline, result check and
 * outcome stay with the executor, in the thread that owns the job's lock.
 */
import { workerData } from 'node:worker_threads';
import type { JobData } from '@dts/queue';
import type { SandboxedJob } from 'bullmq';
import type { HandlerEnv } from '../handlers/env.js';
import { createHandlers } from '../handlers/index.js';
import { type RunningJob, toHandlerContext } from './context.js';
import { definitionOf, parsePayload } from './payload.js';
import { runHandler } from './run-handler.js';

const handlers = createHandlers(workerData as HandlerEnv);

export default async function runSandboxed(job: SandboxedJob<JobData> & RunningJob, token: string, signal: AbortSignal): Promise<unknown> {
  const definition = definitionOf(job.name);
  const deadline = new Date(Date.now() + (job.data.timeout ?? definition.timeout));
  const context = toHandlerContext(job, token, signal, deadline);
  return runHandler(handlers, job.name, parsePayload(definition, job.data.payload), context);
}
