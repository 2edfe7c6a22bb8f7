import { endingOf, type FailedOutcome, QueueCounters, reportAttempt, type WorkerJob } from '@dts/queue';
import { AttemptMetrics, LOGGER, type Logger } from '@dts/runtime';
import { Inject, Injectable } from '@nestjs/common';

/** Tells metrics, log and statistics how each attempt ended. */
@Injectable()
export class AttemptReporter {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly metrics: AttemptMetrics,
    private readonly counters: QueueCounters,
  ) {}

  completed(job: WorkerJob, startedAt: number): void {
    this.report(job, startedAt, 'completed');
  }

  failed(job: WorkerJob, startedAt: number, outcome: FailedOutcome): void {
    this.report(job, startedAt, outcome.kind, 'error' in outcome ? outcome.error : undefined);
  }

  /** @param crashes how often the job may have crashed its worker */
  quarantined(job: WorkerJob, crashes: number): void {
    this.logger.warn({ job: job.name, jobId: job.id, crashes }, 'job runs in quarantine: it may be what crashed its workers');
  }

  private report(
    job: WorkerJob,
    startedAt: number,
    outcome: 'completed' | FailedOutcome['kind'],
    error?: { readonly message: string },
  ): void {
    const report = reportAttempt(job, startedAt, outcome);
    this.metrics.record(report, error);
    this.counters.ended(report.queue, endingOf(outcome), report.waitMs, report.durationMs);
  }
}
