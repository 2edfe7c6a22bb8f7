import { isJobName } from '@dts/jobs';
import { METRICS } from '@dts/runtime';
import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter, Histogram } from 'prom-client';
import { toProblem } from '../http/to-problem.js';

/** Counts and times submissions by how they were answered. */
@Injectable()
export class SubmissionMetrics {
  constructor(
    @InjectMetric(METRICS.submissions.name) private readonly submissions: Counter,
    @InjectMetric(METRICS.submitSeconds.name) private readonly seconds: Histogram,
  ) {}

  async measure<T>(body: unknown, submit: () => Promise<{ outcome: string; value: T }>): Promise<T> {
    const startedAt = performance.now();
    try {
      const { outcome, value } = await submit();
      this.observe(body, outcome, startedAt);
      return value;
    } catch (error) {
      this.observe(body, toProblem(error)?.code ?? 'internal-error', startedAt);
      throw error;
    }
  }

  /** @param startedAt by `performance.now()` */
  observe(body: unknown, outcome: string, startedAt: number): void {
    this.submissions.inc({ job_name: jobLabel(body), outcome });
    this.seconds.observe({ outcome }, (performance.now() - startedAt) / 1000);
  }
}

/** Only known names: a label must not take what callers make up. */
function jobLabel(body: unknown): string {
  const name = typeof body === 'object' && body !== null && 'name' in body ? body.name : undefined;
  return typeof name === 'string' && isJobName(name) ? name : 'unknown';
}
