import type { JobName } from '@dts/jobs';
import type { Handler, HandlerContext, Handlers } from './handler.js';

/**
 * Runs the handler of a job that has a definition. The definition's schema has parsed `payload` to what this handler
 * takes, which the compiler cannot follow through a name that is known only at run time.
 */
export async function runHandler(handlers: Handlers, name: string, payload: unknown, context: HandlerContext): Promise<unknown> {
  const handler = handlers[name as JobName] as Handler<JobName>;
  return handler(payload as never, context);
}
