import { hideSecrets, toShown } from '@dts/jobs';
import {
  type AttemptReport,
  endingOf,
  type FailedOutcome,
  factsOf,
  type JobEnd,
  labelsOf,
  QueueCounters,
  reportAttempt,
  type WorkerJob,
} from '@dts/queue';
import { AttemptMetrics, LOGGER, type Logger, logAttempt } from '@dts/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { SpanStatusCode, trace } from '@opentelemetry/api';

/** Tells metrics, log, trace and statistics how each attempt ended. */
@Injectable()
export class AttemptReporter {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly metrics: AttemptMetrics,
    private readonly counters: QueueCounters,
  ) {}

  /** At `debug` only: what a job is told to do, without what its type calls secret. */
  started(job: WorkerJob): void {
    if (!this.logger.isLevelEnabled('debug')) return;
    this.logger.debug({ ...factsOf(job), input: toShown(hideSecrets(job.name, job.data.payload)) }, 'attempt started');
  }

  completed(job: WorkerJob, startedAt: number): void {
    this.report(reportAttempt(job, startedAt, 'completed'));
  }

  failed(job: WorkerJob, startedAt: number, outcome: FailedOutcome): void {
    this.report(reportAttempt(job, startedAt, outcome.kind), 'error' in outcome ? outcome.error : undefined);
  }

  /** One that was not even tried: it was cancelled while it waited, or what it waited for has failed. */
  endedUntried(job: WorkerJob, reason: string): void {
    this.logger.info({ ...factsOf(job), attempt: undefined }, `job ended without an attempt: ${reason}`);
  }

  /** One that this version cannot read; another must have stored it. */
  putOff(job: WorkerJob, reason: string): void {
    this.logger.warn(factsOf(job), `job put off, for a worker of another version: ${reason}`);
  }

  /** @param crashes how often the job may have crashed its worker */
  quarantined(job: WorkerJob, crashes: number): void {
    this.metrics.quarantined(labelsOf(job));
    this.logger.warn({ ...factsOf(job), crashes }, 'job runs in quarantine: it may be what crashed its workers');
  }

  /** Redis has taken it. */
  ended(end: JobEnd): void {
    this.metrics.job(end);
  }

  private report(report: AttemptReport, error?: { readonly message: string }): void {
    this.metrics.attempt(report);
    this.counters.ended(report.labels.queue, endingOf(report.outcome), report.waitMs, report.durationMs);
    traceOutcome(report);
    logAttempt(this.logger, report, error);
  }
}

/** BullMQ, which made the span, takes a failed attempt for one that went well: it has dealt with it. */
function traceOutcome({ outcome, facts }: AttemptReport): void {
  const span = trace.getActiveSpan();
  if (!span?.isRecording()) return;
  span.setAttributes({ 'dts.job.attempt': facts.attempt, 'dts.job.outcome': outcome });
  if (outcome === 'retry' || outcome === 'final') span.setStatus({ code: SpanStatusCode.ERROR });
}
