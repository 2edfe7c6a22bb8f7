import { foreignJobsEnvShape, queueChoices, queueEnvShape } from '@dts/queue';
import { loggerEnvShape, metricsEnvShape, serverEnvShape, tracingEnvShape } from '@dts/runtime';
import { z } from 'zod';
import { handlerEnvShape } from './handlers/env.js';

export const workerEnv = z.object({
  ...loggerEnvShape,
  ...queueEnvShape,
  ...tracingEnvShape,
  ...serverEnvShape(3001),
  ...metricsEnvShape,
  ...handlerEnvShape,
  ...foreignJobsEnvShape,
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
  /** In Kubernetes, that of its pod (by the downward API): what the scaler knows it by. The host's name unless given, which is mostly the same. */
  POD_NAME: z.string().max(253).optional(),
  /** Which queues to serve and how many jobs of each at once, such as `io:500,cpu`; all with their defaults unless given. */
  QUEUES: queueChoices,
});

/** Injection token of the parsed environment. */
export const WORKER_ENV = Symbol('WORKER_ENV');

export type WorkerEnv = z.output<typeof workerEnv>;
