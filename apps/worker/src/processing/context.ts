import type { HandlerContext } from './handler.js';

/** What a handler's context needs of a job: BullMQ's `Job` has it, and so has the copy that a sandbox gets. */
export interface RunningJob {
  readonly id?: string;
  readonly attemptsMade: number;
  updateProgress(progress: number | object): Promise<void>;
  log(line: string): unknown;
}

export function toHandlerContext(job: RunningJob, token: string, signal: AbortSignal, deadline: Date): HandlerContext {
  const jobId = job.id ?? '';
  return {
    jobId,
    attempt: job.attemptsMade + 1,
    token,
    signal,
    deadline,
    idempotencyKey: jobId,
    progress: (value) => job.updateProgress(value),
    log: async (line) => {
      await job.log(line);
    },
  };
}
