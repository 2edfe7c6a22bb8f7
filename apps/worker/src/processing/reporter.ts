import { hideSecrets, toShown } from '@dts/jobs';
import { type Ending, QueueCounters, waitingSince } from '@dts/queue';
import { LOGGER, type Logger } from '@dts/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { SpanStatusCode, trace } from '@opentelemetry/api';
import { JobMetrics } from './job-metrics.js';
import type { Outcome } from './outcome.js';
import { isLastAttempt, type WorkerJob } from './worker-job.js';

/** Tells metrics, log and trace how each attempt ended: one line an attempt, and no handler has to. */
@Injectable()
export class AttemptReporter {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly metrics: JobMetrics,
    private readonly counters: QueueCounters,
  ) {}

  /** At `debug` only: what a job is told to do, without what its type calls secret. */
  started(job: WorkerJob): void {
    if (!this.logger.isLevelEnabled('debug')) return;
    this.logger.debug({ ...factsOf(job), input: toShown(hideSecrets(job.name, job.data.payload)) }, 'attempt started');
  }

  completed(job: WorkerJob, startedAt: number): void {
    const facts = this.observe(job, startedAt, 'completed');
    this.logger.info(facts, 'job completed');
  }

  failed(job: WorkerJob, startedAt: number, outcome: Outcome): void {
    const facts = this.observe(job, startedAt, outcome.kind);
    const error = 'error' in outcome ? outcome.error : undefined;
    if (outcome.kind === 'shutdown') this.logger.info(facts, 'job handed back');
    else if (outcome.kind === 'cancelled') this.logger.info({ ...facts, error }, 'job cancelled');
    else if (hasEnded(job, outcome)) this.logger.warn({ ...facts, error }, `job failed for good: ${error?.message}`);
    else this.logger.warn({ ...facts, error }, `attempt failed: ${error?.message ?? outcome.kind}`);
  }

  /** One that was not even tried: it was cancelled while it waited, or what it waited for has failed. */
  endedUntried(job: WorkerJob, reason: string): void {
    this.logger.info({ ...factsOf(job), attempt: undefined }, `job ended without an attempt: ${reason}`);
  }

  /** @param crashes how often the job may have crashed its worker */
  quarantined(job: WorkerJob, crashes: number): void {
    this.metrics.quarantined(job);
    this.logger.warn({ ...factsOf(job), crashes }, 'job runs in quarantine: it may be what crashed its workers');
  }

  private observe(job: WorkerJob, startedAt: number, outcome: 'completed' | Outcome['kind']) {
    const since = waitingSince(job);
    const waitMs = since === undefined ? undefined : Math.max(0, startedAt - since);
    const durationMs = Date.now() - startedAt;
    this.metrics.attempt(job, outcome, waitMs, durationMs);
    this.counters.ended(job.queueName, endingOf(outcome), waitMs, durationMs);
    traceOutcome(job, outcome);
    return { ...factsOf(job), outcome, waitMs, durationMs };
  }
}

/** By which a line can be found, and led back to whoever submitted the job. */
function factsOf({ queueName, name, id, attemptsMade, data }: WorkerJob) {
  return { queue: queueName, job: name, jobId: id, attempt: attemptsMade + 1, requestId: data.requestId };
}

function hasEnded(job: WorkerJob, { kind }: Outcome): boolean {
  return kind === 'final' || (kind === 'retry' && isLastAttempt(job));
}

/** BullMQ, which made the span, takes a failed attempt for one that went well: it has dealt with it. */
function traceOutcome(job: WorkerJob, outcome: 'completed' | Outcome['kind']): void {
  const span = trace.getActiveSpan();
  if (!span?.isRecording()) return;
  span.setAttributes({ 'dts.job.attempt': job.attemptsMade + 1, 'dts.job.outcome': outcome });
  if (outcome === 'retry' || outcome === 'final') span.setStatus({ code: SpanStatusCode.ERROR });
}

/** What was cancelled, handed back or taken over says nothing of the work itself. */
function endingOf(outcome: 'completed' | Outcome['kind']): Ending {
  if (outcome === 'completed') return 'completed';
  return outcome === 'retry' || outcome === 'final' ? 'failed' : 'other';
}
