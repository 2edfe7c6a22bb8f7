import { toHandlerContext } from './context.js';
import { Deadline } from './deadline.js';
import type { HandlerContext } from './handler.js';
import type { JobStart } from './job-start.js';

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
