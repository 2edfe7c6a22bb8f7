/**
 * The process in which a quarantined job runs: one job, then its parent ends it. Whatever the handler does to its process, it does
 * to this one. It goes with its parent, by whatever signal that dies: the channel to it is gone then.
 */
import { createHandlers } from '../handlers/index.js';
import { toHandlerContext } from './context.js';
import type { ChildMessage, QuarantinedJob } from './quarantine.js';
import { runHandler } from './run-handler.js';

const abort = new AbortController();

process.on('disconnect', () => process.exit(1));
process.on('message', (message: QuarantinedJob | 'abort') => {
  if (message === 'abort') abort.abort(new Error('the attempt was stopped'));
  else void run(message);
});

async function run({ env, name, payload, jobId, attemptsMade, token, deadline }: QuarantinedJob): Promise<void> {
  const job = {
    id: jobId,
    attemptsMade,
    updateProgress: async (progress: number | object) => tell({ kind: 'progress', progress }),
    log: async (line: string) => tell({ kind: 'log', line }),
  };
  try {
    const context = toHandlerContext(job, token, abort.signal, deadline);
    tell({ kind: 'completed', result: await runHandler(createHandlers(env), name, payload, context) });
  } catch (error) {
    tell({ kind: 'failed', error: toPlain(error) });
  }
}

function tell(message: ChildMessage): void {
  process.send?.(message);
}

/** The members by which errors are told apart, which a copy of the error itself would lose. */
function toPlain(error: unknown): object {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  return { ...error, name: error.name, message: error.message };
}
