import { checkResult, definitionOf, FinalError } from '@dts/jobs';
import { UnrecoverableError } from 'bullmq';
import type { JobError } from '../attempt.js';
import { AttemptFailed } from '../attempts/attempt-error.js';
import type { EndNotes } from '../attempts/end-notes.js';
import { handBack, toFailure } from '../attempts/failure.js';
import type { LaneGate } from '../attempts/lane-gate.js';
import { classifyThrown, type Failure } from '../attempts/outcome.js';
import { type AttemptReport, type JobEnd, reportAttempt, reportFailure, reportSuccess } from '../attempts/report.js';
import type { WorkerJob } from '../attempts/worker-job.js';
import type { Settled } from './lease.js';
import { toLeaseError } from './lease-lost.js';
import type { Quarantining } from './quarantining.js';

export interface SettlementEvents {
  /** An attempt has ended. */
  readonly ended: (job: WorkerJob, report: AttemptReport, error?: JobError) => void;
  /** Redis has taken how a job ended, or that another attempt follows. */
  readonly settled: (end: JobEnd) => void;
}

/** Ends attempts in BullMQ, each by the token of its lock: what another holds is left as it is, and the error says so. */
export class Settlements {
  constructor(
    private readonly gate: LaneGate,
    private readonly notes: EndNotes,
    private readonly quarantining: Quarantining,
    private readonly events: SettlementEvents,
  ) {}

  /** A result that cannot be kept ends the job: the work is done, and another attempt would come to the same. */
  async complete(job: WorkerJob, secret: string, result: unknown): Promise<Settled> {
    const report = reportAttempt(job, startOf(job), 'completed');
    try {
      const checked = checkResult(definitionOf(job.name), result);
      await toLeaseError(job.moveToCompleted(checked, secret, false));
    } catch (error) {
      if (!(error instanceof FinalError || error instanceof UnrecoverableError)) throw error;
      return this.fail(job, secret, classifyThrown(error));
    }
    this.gate.leave(job);
    this.events.ended(job, report);
    this.events.settled(reportSuccess(job));
    return { outcome: 'completed' };
  }

  /** To retry, or to bury. The caller has seen that the lease holds. */
  async fail(job: WorkerJob, secret: string, outcome: Failure): Promise<Settled> {
    const ended = { job, worker: job.processedBy ?? '', startedAt: startOf(job) };
    const report = reportAttempt(job, ended.startedAt, outcome.kind);
    const failure = toFailure(ended, outcome);
    if (failure instanceof AttemptFailed) await this.quarantining.end(job);
    await toLeaseError(job.moveToFailed(failure, secret, false));
    const { error, retryInMs = 0 } = failure.attempt;
    this.left(job);
    this.events.ended(job, report, error);
    if (failure instanceof AttemptFailed) return { outcome: 'retrying', error, retryInMs };
    return { outcome: outcome.kind === 'cancelled' ? 'cancelled' : 'dead', error };
  }

  /** Of one that was to fail before anyone ran it: it was cancelled, or a child of it failed. */
  async bury(job: WorkerJob, secret: string, reason: string): Promise<void> {
    await toLeaseError(job.moveToFailed(new UnrecoverableError(reason), secret, false));
    this.left(job);
  }

  /** Back to where it was, as if it had not been fetched. The caller has seen that the lease holds. */
  async release(job: WorkerJob, secret: string): Promise<Settled> {
    await this.quarantining.end(job);
    const report = reportAttempt(job, startOf(job), 'shutdown');
    await toLeaseError(handBack(job, secret));
    this.gate.leave(job);
    this.events.ended(job, report);
    return { outcome: 'released' };
  }

  /** Not now, as if it had not been fetched. */
  async putOff(job: WorkerJob, secret: string, forMs: number): Promise<void> {
    await this.quarantining.takeBack(job);
    await toLeaseError(job.moveToDelayed(Date.now() + forMs, secret));
    this.gate.leave(job);
  }

  private left(job: WorkerJob): void {
    this.gate.leave(job);
    this.notes.add(job);
    this.events.settled(reportFailure(job));
  }
}

function startOf(job: WorkerJob): number {
  return job.processedOn ?? Date.now();
}
