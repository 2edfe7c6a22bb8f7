import { QUEUE_NAMES, QUEUES, type QueueName } from '@dts/jobs';
import { queueEnvShape } from '@dts/queue';
import { loggerEnvShape, serverEnvShape } from '@dts/runtime';
import { z } from 'zod';
import { handlerEnvShape } from './handlers/env.js';

const MOST_JOBS_AT_ONCE = 10_000;

export interface QueueChoice {
  readonly queue: QueueName;
  /** Jobs at once. */
  readonly concurrency: number;
}

export const workerEnv = z.object({
  ...loggerEnvShape,
  ...queueEnvShape,
  ...serverEnvShape(3001),
  ...handlerEnvShape,
  /**
   * Milliseconds after which the jobs of a worker that went silent are taken from it, a second more at most. It must
   * outlast a short outage of Redis and the longest block of the event loop, or a job runs twice.
   */
  LOCK_DURATION: z.coerce.number().int().min(1_000).max(600_000).default(12_000),
  /**
   * Milliseconds without a fetch, while jobs wait and slots are free, after which fetching is started anew; where that does
   * not help in as long again, the process ends with exit code 1 for its supervisor to start it anew.
   */
  CONSUMPTION_TIMEOUT: z.coerce.number().int().min(1_000).max(3_600_000).default(30_000),
  /** Which queues to serve and how many jobs of each at once, such as `io:500,cpu`; all with their defaults unless given. */
  QUEUES: z.string().default(QUEUE_NAMES.join(',')).transform(readQueues),
});

/** Injection token of the parsed environment. */
export const WORKER_ENV = Symbol('WORKER_ENV');

export type WorkerEnv = z.output<typeof workerEnv>;

function readQueues(text: string, context: z.RefinementCtx): QueueChoice[] {
  return text.split(',').flatMap((item) => {
    const [name = '', count] = item.trim().split(':');
    const queue = QUEUE_NAMES.find((known) => known === name);
    const concurrency = count === undefined && queue ? QUEUES[queue].concurrency : Number(count);
    if (queue && Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= MOST_JOBS_AT_ONCE) return [{ queue, concurrency }];
    const problem = queue
      ? `"${item}": give 1 to ${MOST_JOBS_AT_ONCE} jobs at once`
      : `"${name}" is no queue; there are ${QUEUE_NAMES.join(', ')}`;
    context.addIssue({ code: 'custom', message: problem });
    return [];
  });
}
