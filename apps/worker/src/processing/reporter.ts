import { type Ending, QueueCounters, waitingSince } from '@dts/queue';
import { LOGGER, type Logger } from '@dts/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { JobMetrics } from './job-metrics.js';
import type { Outcome } from './outcome.js';
import type { WorkerJob } from './worker-job.js';

/** Tells metrics and log how each attempt ended: one line an attempt, and no handler has to. */
@Injectable()
export class AttemptReporter {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly metrics: JobMetrics,
    private readonly counters: QueueCounters,
  ) {}

  completed(job: WorkerJob, startedAt: number): void {
    const facts = this.observe(job, startedAt, 'completed');
    this.logger.info(facts, 'job completed');
  }

  failed(job: WorkerJob, startedAt: number, outcome: Outcome): void {
    const facts = this.observe(job, startedAt, outcome.kind);
    const error = 'error' in outcome ? outcome.error : undefined;
    if (outcome.kind === 'shutdown') this.logger.info(facts, 'job handed back');
    else this.logger.warn({ ...facts, error }, `attempt failed: ${error?.message ?? outcome.kind}`);
  }

  /** @param crashes how often the job may have crashed its worker */
  quarantined(job: WorkerJob, crashes: number): void {
    this.metrics.quarantined(job);
    this.logger.warn({ job: job.name, jobId: job.id, crashes }, 'job runs in quarantine: it may be what crashed its workers');
  }

  private observe(job: WorkerJob, startedAt: number, outcome: 'completed' | Outcome['kind']) {
    const since = waitingSince(job);
    const waitMs = since === undefined ? undefined : Math.max(0, startedAt - since);
    const durationMs = Date.now() - startedAt;
    this.metrics.attempt(job, outcome, waitMs, durationMs);
    this.counters.ended(job.queueName, endingOf(outcome), waitMs, durationMs);
    return { job: job.name, jobId: job.id, attempt: job.attemptsMade + 1, outcome, waitMs, durationMs };
  }
}

/** What was cancelled, handed back or taken over says nothing of the work itself. */
function endingOf(outcome: 'completed' | Outcome['kind']): Ending {
  if (outcome === 'completed') return 'completed';
  return outcome === 'retry' || outcome === 'final' ? 'failed' : 'other';
}
