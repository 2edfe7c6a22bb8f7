import { Inject, Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter, Histogram } from 'prom-client';
import { LOGGER, type Logger } from './logger.js';
import { counter, histogram, METRICS } from './metrics.js';

/** An attempt that has ended, whoever ran it. */
interface EndedAttempt {
  readonly queue: string;
  readonly job: string;
  readonly outcome: string;
  /** Milliseconds; unknown for a job of which nobody knows since when it could have started. */
  readonly waitMs: number | undefined;
  readonly durationMs: number;
}

/** Tells metrics and log how each attempt ended: one line an attempt, and no handler has to. */
@Injectable()
export class AttemptMetrics {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    @InjectMetric(METRICS.attempts.name) private readonly attempts: Counter,
    @InjectMetric(METRICS.waitSeconds.name) private readonly waits: Histogram,
    @InjectMetric(METRICS.runSeconds.name) private readonly runs: Histogram,
  ) {}

  record(attempt: EndedAttempt, error?: { readonly message: string }): void {
    const { queue, outcome, waitMs, durationMs, ...facts } = attempt;
    const labels = { queue, job: attempt.job };
    this.attempts.inc({ ...labels, outcome });
    if (waitMs !== undefined) this.waits.observe(labels, waitMs / 1000);
    this.runs.observe(labels, durationMs / 1000);
    const line = { ...facts, outcome, waitMs, durationMs };
    if (outcome === 'completed') this.logger.info(line, 'job completed');
    else if (outcome === 'shutdown') this.logger.info(line, 'job handed back');
    else this.logger.warn({ ...line, error }, `attempt failed: ${error?.message ?? outcome}`);
  }
}

/** What an app needs to have it. */
export const attemptMetrics = [AttemptMetrics, counter(METRICS.attempts), histogram(METRICS.waitSeconds), histogram(METRICS.runSeconds)];
