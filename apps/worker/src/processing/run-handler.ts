import { FinalError, type HandledJobName } from '@dts/jobs';
import type { Handler, HandlerContext, Handlers } from './handler.js';
import type { Runner } from './job-start.js';
import { runWithin } from './run-within.js';

/** Milliseconds that a handler has to react to its signal before it is abandoned: in this thread, nothing can end it. */
const ABANDON_AFTER_MS = 1_000;

/**
 * Runs the handler of a job that has a definition. The definition's schema has parsed `payload` to what this handler
 * takes, which the compiler cannot follow through a name that is known only at run time.
 * @throws FinalError `handled-elsewhere`: it was queued here before its job type went to workers elsewhere
 */
export async function runHandler(handlers: Handlers, name: string, payload: unknown, context: HandlerContext): Promise<unknown> {
  const handler = handlers[name as HandledJobName] as Handler<HandledJobName> | undefined;
  if (!handler) throw new FinalError('handled-elsewhere', `This worker has no handler for ${name}: submit the job anew.`);
  return handler(payload as never, context);
}

/** Runs jobs in this thread. */
export function runHere(handlers: Handlers): Runner {
  return (start) => runWithin(start, (context) => runHandler(handlers, start.job.name, start.payload, context), ABANDON_AFTER_MS);
}
