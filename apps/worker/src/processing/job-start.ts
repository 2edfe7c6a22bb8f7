import { toHandlerContext } from './context.js';
import { Deadline } from './deadline.js';
import type { HandlerContext } from './handler.js';
import type { WorkerJob } from './worker-job.js';

/** One start of a job, checked and about to run. */
export interface JobStart {
  readonly job: WorkerJob;
  /** Parsed. */
  readonly payload: unknown;
  readonly token: string;
  readonly timeoutMs: number;
  /** Aborts when the job is to be stopped; its reason is one of AbortReason. */
  readonly stop: AbortSignal | undefined;
}

/** Runs a start within its time: here, in a thread, or in quarantine. */
export type Runner = (start: JobStart) => Promise<unknown>;

/**
 * Runs within the start's time, with a context that is closed when the run is over.
 * @param patienceMs as of Deadline
 */
export async function runWithin(
  start: JobStart,
  run: (context: HandlerContext) => Promise<unknown>,
  patienceMs?: number,
): Promise<unknown> {
  const deadline = new Deadline(start.timeoutMs, start.stop, patienceMs);
  let over = false;
  const context = toHandlerContext(start, deadline, () => over);
  try {
    return await deadline.race(run(context));
  } finally {
    over = true;
  }
}
