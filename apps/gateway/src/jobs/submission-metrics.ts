import { findJobDefinition, JOB_DEFINITIONS } from '@dts/jobs';
import { METRICS } from '@dts/runtime';
import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter, Histogram } from 'prom-client';
import { PROBLEMS, type ProblemCode } from '../http/problem-catalogue.js';
import { toProblem } from '../http/to-problem.js';
import { TenantLabels } from './tenant-labels.js';

/** How a submission was answered: a problem's code, or that the job was stored now or before. */
type Answer = 'created' | 'replayed' | ProblemCode;

/** What alerts look at. */
const FIRST_SEEN: readonly Answer[] = ['created', 'replayed', 'backlog-full', 'memory-full', 'unavailable', 'outcome-unknown'];

/** Counts and times submissions by how they were answered. */
@Injectable()
export class SubmissionMetrics {
  constructor(
    private readonly tenants: TenantLabels,
    @InjectMetric(METRICS.submissions.name) private readonly submissions: Counter,
    @InjectMetric(METRICS.tenantSubmissions.name) private readonly ofTenants: Counter,
    @InjectMetric(METRICS.submitSeconds.name) private readonly seconds: Histogram,
  ) {
    this.begin();
  }

  async measure<T>(body: unknown, tenant: string, submit: () => Promise<{ outcome: 'created' | 'replayed'; value: T }>): Promise<T> {
    const startedAt = performance.now();
    try {
      const { outcome, value } = await submit();
      this.observe(body, tenant, outcome, startedAt);
      return value;
    } catch (error) {
      this.observe(body, tenant, toProblem(error)?.code ?? 'internal-error', startedAt);
      throw error;
    }
  }

  /** @param startedAt by `performance.now()` */
  observe(body: unknown, tenant: string, answer: Answer, startedAt: number): void {
    const { queue, job_name } = jobLabels(body);
    const outcome = outcomeOf(answer);
    this.submissions.inc({ job_name, outcome: answer });
    this.ofTenants.inc({ tenant: this.tenants.of(tenant), outcome });
    this.seconds.observe({ queue, job_name, outcome }, (performance.now() - startedAt) / 1000);
  }

  /** From 0 on, so that Prometheus sees the first of each happen. */
  private begin(): void {
    for (const { queue, name } of JOB_DEFINITIONS) {
      for (const outcome of FIRST_SEEN) this.submissions.inc({ job_name: name, outcome }, 0);
      for (const outcome of ['accepted', 'refused', 'failed']) this.seconds.zero({ queue, job_name: name, outcome });
    }
  }
}

/** Only known names: a label must not take what callers make up. */
function jobLabels(body: unknown): { queue: string; job_name: string } {
  const name = typeof body === 'object' && body !== null && 'name' in body ? body.name : undefined;
  const definition = typeof name === 'string' ? findJobDefinition(name) : undefined;
  return { queue: definition?.queue ?? 'unknown', job_name: definition?.name ?? 'unknown' };
}

function outcomeOf(answer: Answer): 'accepted' | 'refused' | 'failed' {
  if (answer === 'created' || answer === 'replayed') return 'accepted';
  return PROBLEMS[answer].status < 500 ? 'refused' : 'failed';
}
