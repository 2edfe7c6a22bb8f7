import { findJobDefinition } from '@dts/jobs';
import { ARRIVAL_PRIORITY, backoffDelay, type Children, type FailedAttempt, type JobError, type JobLogs } from '@dts/queue';
import { WaitingChildrenError, WaitingError } from 'bullmq';
import { AttemptFailed, JobDead } from './attempt-error.js';
import { FinalError } from './errors.js';
import type { Child, Submit } from './handler.js';
import type { JobStart, Runner } from './job-start.js';
import { classify, type Outcome } from './outcome.js';
import { checkResult, definitionOf, parsePayload } from './payload.js';
import type { Quarantine } from './quarantine/quarantine.js';
import type { AttemptReporter } from './reporter.js';
import type { Starts } from './starts.js';
import { isLastAttempt, keyOf, type WorkerJob } from './worker-job.js';

/** A job that may have crashed its worker this often is not let near a worker's other jobs any more. */
const CRASHES_TOLERATED = 3;

/**
 * One attempt, from a fetched job to what BullMQ is told: parse -> start by -> deadline -> run -> check result -> classify -> report.
 */
export class Executor {
  private stopped = false;
  private readonly running = new Map<string, number>();

  constructor(
    private readonly worker: string,
    private readonly reporter: AttemptReporter,
    private readonly starts: Starts,
    private readonly logs: JobLogs,
    private readonly quarantine: Quarantine,
    private readonly submitterFor: (parent: WorkerJob) => Submit,
    private readonly children: Children,
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
  async execute(job: WorkerJob, token: string, signal: AbortSignal | undefined, run: Runner): Promise<unknown> {
    if (this.stopped) throw await handBack(job, token);
    this.running.set(job.queueName, this.busy(job.queueName) + 1);
    try {
      return await this.attempt(job, token, signal, run);
    } finally {
      this.running.set(job.queueName, this.busy(job.queueName) - 1);
    }
  }

  private async attempt(job: WorkerJob, token: string, signal: AbortSignal | undefined, run: Runner): Promise<unknown> {
    const startedAt = Date.now();
    this.reporter.started(job);
    try {
      const result = await this.start(job, token, signal, run);
      this.reporter.completed(job, startedAt);
      return result;
    } catch (thrown) {
      if (thrown instanceof WaitingChildrenError) throw thrown;
      const outcome = classify(thrown, timeoutOf(job));
      this.reporter.failed(job, startedAt, outcome);
      throw await this.toThrow(job, token, startedAt, outcome);
    }
  }

  private async start(job: WorkerJob, token: string, stop: AbortSignal | undefined, run: Runner): Promise<unknown> {
    const definition = definitionOf(job.name);
    const payload = parsePayload(definition, job.data.payload);
    checkStartBy(job.data.startBy);
    await this.awaitChildren(job, token);
    const start = this.toStart(job, payload, token, stop);
    const crashes = await this.starts.begin(job);
    const isSuspect = crashes >= CRASHES_TOLERATED;
    if (isSuspect) this.reporter.quarantined(job, crashes);
    try {
      return checkResult(definition, await (isSuspect ? this.quarantine.run(start) : run(start)));
    } catch (error) {
      await this.starts.end(job).catch(() => undefined); // counted once too often, it leads into quarantine at worst
      throw error;
    }
  }

  private toStart(job: WorkerJob, payload: unknown, token: string, stop: AbortSignal | undefined): JobStart {
    const { id = '', data } = job;
    return {
      job,
      payload,
      token,
      timeoutMs: timeoutOf(job),
      stop,
      log: (line) => this.logs.append(keyOf(job), line),
      newSubmit: () => this.submitterFor(job),
      // Results were checked against the definitions by whoever stored them.
      readChildren: async () => (data.flow ? ((await this.children.read(id, data.flow)) as Child[]) : []),
    };
  }

  /**
   * Of a parent that was retried: its children have ended mostly.
   * @throws FinalError `child-failed`, WaitingChildrenError once the job waits for them
   */
  private async awaitChildren(job: WorkerJob, token: string): Promise<void> {
    if (!job.data.flow) return;
    const readiness = await this.children.readinessOf(job.id ?? '', job.data.flow);
    if (readiness === 'waiting' && (await job.moveToWaitingChildren(token))) throw new WaitingChildrenError();
    if (typeof readiness === 'object') throw new FinalError('child-failed', `Its child ${readiness.failedChild} failed.`);
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
    if (isLastAttempt(job)) return new JobDead(attempt);
    const backoff = typeof job.opts.backoff === 'object' ? job.opts.backoff : { type: 'constant', delay: job.opts.backoff };
    return new AttemptFailed({ ...attempt, retryInMs: retryAfterMs ?? backoffDelay(backoff, attempt.number, Math.random()) });
  }

  private toAttempt(job: WorkerJob, startedAt: number, error: JobError): FailedAttempt {
    return { number: job.attemptsMade + 1, startedAt, finishedAt: Date.now(), worker: this.worker, error };
  }
}

/** Milliseconds an attempt may take; 0 for a job type that nobody knows. */
function timeoutOf(job: WorkerJob): number {
  return job.data.timeout ?? findJobDefinition(job.name)?.timeout ?? 0;
}

/** @throws FinalError `expired`: no attempt, first or later, starts after the time that the submission named */
function checkStartBy(startBy: number | undefined): void {
  if (startBy === undefined || Date.now() <= startBy) return;
  throw new FinalError('expired', `No attempt was to start after ${new Date(startBy).toISOString()}.`);
}

/** Back to the head of the queue, no attempt used up. It had its place in line: it must not stand at the end again. */
async function handBack(job: WorkerJob, token: string): Promise<Error> {
  if (job.priority === ARRIVAL_PRIORITY) await job.changePriority({ priority: 0 });
  await job.moveToWait(token);
  return new WaitingError();
}
