import { findJobDefinition, JOB_DEFINITIONS } from '@dts/jobs';
import { firstDue, readFailure } from '@dts/queue';
import { METRICS } from '@dts/runtime';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter, Histogram } from 'prom-client';
import { WORKER_ENV, type WorkerEnv } from '../env.js';
import { Capped } from './capped.js';
import type { WorkerJob } from './worker-job.js';

/** Codes of errors that metrics tell apart: handlers make them up, and one that puts a number in must not make a metric of each. */
const MOST_REASONS = 50;

const STATES = ['completed', 'dead', 'cancelled', 'expired'];
const OUTCOMES = ['completed', 'retry', 'final'];

/** Counts and times attempts, and the jobs that they end. */
@Injectable()
export class JobMetrics implements OnApplicationBootstrap {
  private readonly reasons = new Capped(MOST_REASONS);

  constructor(
    @Inject(WORKER_ENV) private readonly env: Pick<WorkerEnv, 'QUEUES'>,
    @InjectMetric(METRICS.attempts.name) private readonly attempts: Counter,
    @InjectMetric(METRICS.waitSeconds.name) private readonly waits: Histogram,
    @InjectMetric(METRICS.runSeconds.name) private readonly runs: Histogram,
    @InjectMetric(METRICS.endToEndSeconds.name) private readonly endToEnd: Histogram,
    @InjectMetric(METRICS.retries.name) private readonly retries: Counter,
    @InjectMetric(METRICS.jobsEnded.name) private readonly ended: Counter,
    @InjectMetric(METRICS.deadJobs.name) private readonly dead: Counter,
    @InjectMetric(METRICS.quarantined.name) private readonly quarantines: Counter,
  ) {}

  /** From 0 on, so that Prometheus sees the first of each happen. */
  onApplicationBootstrap(): void {
    const served = this.env.QUEUES.map(({ queue }) => queue);
    for (const { name, queue } of JOB_DEFINITIONS.filter((definition) => served.includes(definition.queue))) {
      const labels = { queue, job_name: name };
      for (const outcome of OUTCOMES) this.attempts.inc({ ...labels, outcome }, 0);
      for (const state of STATES) this.ended.inc({ ...labels, state }, 0);
      for (const counter of [this.retries, this.quarantines]) counter.inc(labels, 0);
      for (const histogram of [this.waits, this.runs, this.endToEnd]) histogram.zero(labels);
    }
  }

  /** @param waitMs undefined where nobody knows how long it waited */
  attempt(job: WorkerJob, outcome: string, waitMs: number | undefined, runMs: number): void {
    const labels = labelsOf(job);
    this.attempts.inc({ ...labels, outcome });
    if (waitMs !== undefined) this.waits.observe(labels, waitMs / 1_000);
    this.runs.observe(labels, runMs / 1_000);
  }

  quarantined(job: WorkerJob): void {
    this.quarantines.inc(labelsOf(job));
  }

  /** Redis has taken the end of a job that succeeded. */
  completed(job: WorkerJob): void {
    this.end(job, 'completed');
  }

  /** Redis has taken the failure of an attempt, or of a job that none was made of: it ended, or is tried again. */
  failed(job: WorkerJob): void {
    if (job.finishedOn === undefined) {
      this.retries.inc(labelsOf(job));
      return;
    }
    const { state, error } = readFailure(job.failedReason, job.stacktrace ?? []);
    this.end(job, state);
    if (state === 'dead') this.dead.inc({ ...labelsOf(job), reason: this.reasons.of(error?.code ?? 'unknown') });
  }

  private end(job: WorkerJob, state: string): void {
    const labels = labelsOf(job);
    this.ended.inc({ ...labels, state });
    if (state === 'completed' || state === 'dead')
      this.endToEnd.observe(labels, Math.max(0, Number(job.finishedOn) - firstDue(job)) / 1_000);
  }
}

/** Only known names: a job may have been stored by another version. */
function labelsOf(job: WorkerJob): { readonly queue: string; readonly job_name: string } {
  return { queue: job.queueName, job_name: findJobDefinition(job.name)?.name ?? 'unknown' };
}
