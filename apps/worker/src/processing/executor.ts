import { checkResult } from '@dts/jobs';
import {
  type Children,
  CRASHES_TOLERATED,
  type FailedOutcome,
  type ForeignJobs,
  handBack,
  type JobLogs,
  keyOf,
  Preparation,
  type Starts,
  timeoutOf,
  toFailure,
  type WorkerJob,
} from '@dts/queue';
import { DelayedError, WaitingChildrenError } from 'bullmq';
import type { Child, Submit } from './handler.js';
import type { JobStart, Runner } from './job-start.js';
import { classify } from './outcome.js';
import type { Quarantine } from './quarantine/quarantine.js';
import type { AttemptReporter } from './reporter.js';

/**
 * One attempt, from a fetched job to what BullMQ is told: parse -> start by -> deadline -> run -> check result -> classify -> report.
 */
export class Executor {
  private stopped = false;
  private readonly running = new Map<string, number>();
  private readonly preparation: Preparation;

  constructor(
    private readonly worker: string,
    private readonly reporter: AttemptReporter,
    private readonly starts: Starts,
    private readonly logs: JobLogs,
    private readonly quarantine: Quarantine,
    private readonly submitterFor: (parent: WorkerJob) => Submit,
    private readonly children: Children,
    foreign: ForeignJobs,
  ) {
    this.preparation = new Preparation(children, foreign);
  }

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
      if (thrown instanceof WaitingChildrenError || thrown instanceof DelayedError) throw thrown;
      const outcome = classify(thrown, timeoutOf(job));
      this.reporter.failed(job, startedAt, outcome);
      throw await this.toThrow(job, token, startedAt, outcome);
    }
  }

  private async start(job: WorkerJob, token: string, stop: AbortSignal | undefined, run: Runner): Promise<unknown> {
    const { definition, payload } = await this.preparation.prepare(job, token);
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

  private async toThrow(job: WorkerJob, token: string, startedAt: number, outcome: FailedOutcome): Promise<Error> {
    if (outcome.kind === 'shutdown') return handBack(job, token);
    return toFailure({ job, worker: this.worker, startedAt }, outcome);
  }
}
