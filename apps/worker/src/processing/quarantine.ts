import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { HandlerEnv } from '../handlers/env.js';
import { FinalError } from './errors.js';
import type { HandlerContext } from './handler.js';
import type { WorkerJob } from './worker-job.js';

/** A job that was taken back from silent workers this often is not let near a worker's other jobs any more. */
const STALLS_TOLERATED = 3;

const CHILD = fileURLToPath(new URL('./quarantine-child.js', import.meta.url));
const HEAP_MB = 512;
/** Milliseconds that a handler has to react to its signal before its process is ended. */
const END_AFTER_MS = 1_000;

/** What the child is told. */
export interface QuarantinedJob {
  readonly env: HandlerEnv;
  readonly name: string;
  readonly payload: unknown;
  readonly jobId: string;
  readonly attemptsMade: number;
  readonly token: string;
  readonly deadline: Date;
}

/** What the child tells. */
export type ChildMessage =
  | { readonly kind: 'progress'; readonly progress: number | object }
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'completed'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly error: object };

/**
 * Runs jobs that may have crashed their workers in a process of their own, one at a time. BullMQ counts how often a job
 * was taken back; neighbours of a crash are counted with its cause, and replies that were lost as well, so the count
 * only leads here, where it shows which job it is: a job that ends even this process is dead.
 */
export class Quarantine {
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly env: HandlerEnv) {}

  holds(job: WorkerJob): boolean {
    return job.stalledCounter >= STALLS_TOLERATED;
  }

  /** @throws FinalError `crashed-its-worker` */
  run(job: WorkerJob, payload: unknown, context: HandlerContext): Promise<unknown> {
    const result = this.turn.then(() => this.runNow(job, payload, context));
    this.turn = result.catch(() => undefined);
    return result;
  }

  private async runNow(job: WorkerJob, payload: unknown, context: HandlerContext): Promise<unknown> {
    context.signal.throwIfAborted();
    const child = fork(CHILD, { serialization: 'advanced', execArgv: [`--max-old-space-size=${HEAP_MB}`] });
    const stop = () => {
      child.send('abort', () => undefined);
      setTimeout(() => child.kill('SIGKILL'), END_AFTER_MS).unref();
    };
    context.signal.addEventListener('abort', stop, { once: true });
    try {
      child.send(this.toMessage(job, payload, context));
      return await ending(child, context);
    } finally {
      context.signal.removeEventListener('abort', stop);
      child.kill('SIGKILL');
    }
  }

  private toMessage(job: WorkerJob, payload: unknown, context: HandlerContext): QuarantinedJob {
    const { jobId, token, deadline } = context;
    return { env: this.env, name: job.name, payload, jobId, attemptsMade: job.attemptsMade, token, deadline };
  }
}

/** The handler's result or error, or what the process died of. */
function ending(child: ChildProcess, context: HandlerContext): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: ChildMessage) => {
      if (message.kind === 'completed') resolve(message.result);
      else if (message.kind === 'failed') reject(message.error);
      else relay(message, context).catch(reject);
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      const how = signal === null ? `exit code ${code}` : signal;
      reject(
        new FinalError('crashed-its-worker', `The job ended its worker's process again and again, and its own in quarantine (${how}).`),
      );
    });
  });
}

async function relay(message: Extract<ChildMessage, { kind: 'progress' | 'log' }>, context: HandlerContext): Promise<void> {
  await (message.kind === 'progress' ? context.progress(message.progress) : context.log(message.line));
}
