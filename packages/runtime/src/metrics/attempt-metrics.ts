import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter, Histogram } from 'prom-client';
import { Capped } from './capped.js';
import { METRICS } from './catalogue.js';
import { counter, histogram } from './providers.js';

/** Codes of errors that metrics tell apart: handlers make them up, and one that puts a number in must not make a metric of each. */
const MOST_REASONS = 50;

const STATES = ['completed', 'dead', 'cancelled', 'expired'];
const OUTCOMES = ['completed', 'retry', 'final'];

interface JobLabels {
  readonly queue: string;
  readonly job_name: string;
}

/** An attempt that has ended, whoever ran it. */
interface EndedAttempt {
  readonly labels: JobLabels;
  readonly outcome: string;
  /** Milliseconds; unknown for a job of which nobody knows since when it could have started. */
  readonly waitMs: number | undefined;
  readonly durationMs: number;
}

/** A job that Redis has taken the end of, or of a failed attempt that another one follows (`retrying`). */
interface EndedJob {
  readonly labels: JobLabels;
  readonly state: string;
  readonly reason: string | undefined;
  readonly endToEndMs: number | undefined;
}

/** Counts and times attempts, and the jobs that they end. */
@Injectable()
export class AttemptMetrics {
  private readonly reasons = new Capped(MOST_REASONS);

  constructor(
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
  begin(labels: JobLabels): void {
    for (const outcome of OUTCOMES) this.attempts.inc({ ...labels, outcome }, 0);
    for (const state of STATES) this.ended.inc({ ...labels, state }, 0);
    for (const counted of [this.retries, this.quarantines]) counted.inc({ ...labels }, 0);
    for (const timed of [this.waits, this.runs, this.endToEnd]) timed.zero({ ...labels });
  }

  attempt({ labels, outcome, waitMs, durationMs }: EndedAttempt): void {
    this.attempts.inc({ ...labels, outcome });
    if (waitMs !== undefined) this.waits.observe({ ...labels }, waitMs / 1_000);
    this.runs.observe({ ...labels }, durationMs / 1_000);
  }

  job({ labels, state, reason, endToEndMs }: EndedJob): void {
    if (state === 'retrying') this.retries.inc({ ...labels });
    else this.ended.inc({ ...labels, state });
    if (reason !== undefined) this.dead.inc({ ...labels, reason: this.reasons.of(reason) });
    if (endToEndMs !== undefined) this.endToEnd.observe({ ...labels }, endToEndMs / 1_000);
  }

  quarantined(labels: JobLabels): void {
    this.quarantines.inc({ ...labels });
  }
}

/** What an app needs to have it. */
export const attemptMetrics = [
  AttemptMetrics,
  counter(METRICS.attempts),
  histogram(METRICS.waitSeconds),
  histogram(METRICS.runSeconds),
  histogram(METRICS.endToEndSeconds),
  counter(METRICS.retries),
  counter(METRICS.jobsEnded),
  counter(METRICS.deadJobs),
  counter(METRICS.quarantined),
];
