import { findJobDefinition } from '@dts/jobs';
import { backoffDelay, type FailedAttempt, type JobError } from '@dts/queue';
import { WaitingError } from 'bullmq';
import { AttemptFailed, JobDead } from './attempt-error.js';
import { toHandlerContext } from './context.js';
import { Deadline } from './deadline.js';
import { FinalError } from './errors.js';
import type { HandlerContext } from './handler.js';
import { classify, type Outcome } from './outcome.js';
import { checkResult, definitionOf, parsePayload } from './payload.js';
import type { Quarantine } from './quarantine.js';
import type { AttemptReporter } from './reporter.js';
import type { WorkerJob } from './worker-job.js';

/** Runs the handler: in this thread, or in a sandbox. */
export type RunHandler = (payload: unknown, context: HandlerContext) => Promise<unknown>;

/**
 * One attempt, from a fetched job to what BullMQ is told: parse -> start by -> deadline -> run -> check result -> classify -> report.
 */
export class Executor {
  private stopped = false;
  private readonly running = new Map<string, number>();

  constructor(
    private readonly worker: string,
    private readonly reporter: AttemptReporter,
    private readonly quarantine: Quarantine,
  ) {}

  /** A fetch that was under way when its worker was told to stop still brings a job: from now on it goes straight back. */
  stop(): void {
    this.stopped = true;
  }

  /** Jobs of a queue that run now. */
  busy(queue: string): number {
    return this.running.get(queue) ?? 0;
  }

  /** @returns the result; throws what makes BullMQ retry, bury or hand back the job */
  async execute(job: WorkerJob, token: string, signal: AbortSignal | undefined, run: RunHandler): Promise<unknown> {
    if (this.stopped) throw await handBack(job, token);
    this.running.set(job.queueName, this.busy(job.queueName) + 1);
    try {
      return await this.attempt(job, token, signal, run);
    } finally {
      this.running.set(job.queueName, this.busy(job.queueName) - 1);
    }
  }

  private async attempt(job: WorkerJob, token: string, signal: AbortSignal | undefined, run: RunHandler): Promise<unknown> {
    const startedAt = Date.now();
    // An unknown job type fails below, with its reason; until then any bound will do.
    const timeoutMs = job.data.timeout ?? findJobDefinition(job.name)?.timeout ?? 0;
    const deadline = new Deadline(timeoutMs, signal);
    try {
      const result = await deadline.race(this.run(job, token, deadline, run));
      this.reporter.completed(job, startedAt);
      return result;
    } catch (thrown) {
      const outcome = classify(thrown, deadline.aborted, timeoutMs);
      this.reporter.failed(job, startedAt, outcome);
      throw await this.toThrow(job, token, startedAt, outcome);
    }
  }

  private async run(job: WorkerJob, token: string, deadline: Deadline, run: RunHandler): Promise<unknown> {
    const definition = definitionOf(job.name);
    const payload = parsePayload(definition, job.data.payload);
    checkStartBy(job.data.startBy);
    const context = toHandlerContext(job, token, deadline.signal, deadline.at);
    const result = await (this.quarantine.holds(job) ? this.quarantine.run(job, payload, context) : run(payload, context));
    return checkResult(definition, result);
  }

  private async toThrow(job: WorkerJob, token: string, startedAt: number, outcome: Outcome): Promise<Error> {
    switch (outcome.kind) {
      case 'retry':
        return this.toRetry(job, startedAt, outcome.error, outcome.retryAfterMs);
      case 'final':
      case 'cancelled':
        return new JobDead(this.toAttempt(job, startedAt, outcome.error));
      case 'shutdown':
        return handBack(job, token);
      case 'lock-lost':
        return new AttemptFailed(this.toAttempt(job, startedAt, { code: 'lock-lost', message: 'Another worker has taken the job over.' }));
    }
  }

  /** The wait is drawn here, so that the attempt's record can tell it; BullMQ asks for it a moment later. */
  private toRetry(job: WorkerJob, startedAt: number, error: JobError, retryAfterMs: number | undefined): Error {
    const attempt = this.toAttempt(job, startedAt, error);
    if (attempt.number >= (job.opts.attempts ?? 1)) return new JobDead(attempt);
    const backoff = typeof job.opts.backoff === 'object' ? job.opts.backoff : { type: 'constant', delay: job.opts.backoff };
    return new AttemptFailed({ ...attempt, retryInMs: retryAfterMs ?? backoffDelay(backoff, attempt.number, Math.random()) });
  }

  private toAttempt(job: WorkerJob, startedAt: number, error: JobError): FailedAttempt {
    return { number: job.attemptsMade + 1, startedAt, finishedAt: Date.now(), worker: this.worker, error };
  }
}

/** @throws FinalError `expired`: no attempt, first or later, starts after the time that the submission named */
function checkStartBy(startBy: number | undefined): void {
  if (startBy === undefined || Date.now() <= startBy) return;
  throw new FinalError('expired', `No attempt was to start after ${new Date(startBy).toISOString()}.`);
}

/** Back to the head of the queue, no attempt used up. */
async function handBack(job: WorkerJob, token: string): Promise<Error> {
  await job.moveToWait(token);
  return new WaitingError();
}
