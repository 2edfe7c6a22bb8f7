import { QueueError, type QueueErrorCode } from '../errors.js';
import type { JobClient } from '../job-client.js';
import { FINAL_STATES, type JobRecord } from '../job-record.js';
import { acceptSubmission, type Submission } from '../submission.js';
import type { PendingRun, Schedule, ScheduleState } from './schedule.js';
import type { ScheduleStore, Stored } from './schedule-store.js';

/** Submitted again, they would be refused again. */
const FOR_GOOD: ReadonlySet<QueueErrorCode> = new Set(['unknown-job', 'invalid-payload', 'payload-too-large', 'idempotency-conflict']);

/** What became of a run: its job, or why there will be none. */
interface Outcome {
  readonly job?: JobRecord;
  readonly refusal?: QueueError;
}

/** A schedule without a run that is under way, and what became of that run. */
export interface Settled extends Outcome {
  readonly stored: Stored;
}

/** Turns runs that were decided on into jobs, however often it is tried: each becomes one. */
export class ScheduleRuns {
  constructor(
    private readonly store: ScheduleStore,
    private readonly jobs: JobClient,
  ) {}

  /** Whether the last run has not finished, where that matters. */
  async isRunning({ spec, state }: Schedule): Promise<boolean> {
    if (spec.overlap === 'allow' || state.lastRun === null) return false;
    try {
      return !FINAL_STATES.has((await this.jobs.get(state.lastRun.jobId)).state);
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  /**
   * Submits the pending run, if there is one.
   * @returns undefined when somebody else has changed the schedule in the meantime
   * @throws QueueError as `JobClient.submit`, except for what would be refused again: that is noted with the schedule
   */
  async settle(stored: Stored): Promise<Settled | undefined> {
    const { schedule } = stored;
    const run = schedule?.state.pending;
    if (!schedule || !run) return { stored };
    const submitted = await this.submit(schedule, run);
    const saved = await this.store.save({ ...schedule, state: toSettled(schedule.state, run, submitted) }, stored);
    return saved && { stored: saved, ...submitted };
  }

  /** The job that a run with this key was turned into, as long as it is kept. */
  async find(schedule: Schedule, key: string): Promise<JobRecord | undefined> {
    const { id } = acceptSubmission(toSubmission(schedule, key));
    return this.jobs.get(id).catch((error) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
  }

  private async submit(schedule: Schedule, run: PendingRun): Promise<Outcome> {
    if (run.cancels !== undefined) await this.cancel(run.cancels);
    try {
      return await this.jobs.submit(toSubmission(schedule, run.key));
    } catch (error) {
      if (!(error instanceof QueueError) || !FOR_GOOD.has(error.code)) throw error;
      return { refusal: error };
    }
  }

  private async cancel(jobId: string): Promise<void> {
    try {
      await this.jobs.cancel(jobId);
    } catch (error) {
      if (!isMissing(error) && !(error instanceof QueueError && error.code === 'already-finished')) throw error;
    }
  }
}

function toSubmission({ tenant, id, spec }: Schedule, idempotencyKey: string): Submission {
  const { name, payload, options } = spec.job;
  const tags = [...(options.tags ?? []), `schedule:${id}`];
  return { name, payload, tenant, options: { ...options, tags }, idempotencyKey };
}

function toSettled(state: ScheduleState, run: PendingRun, { job, refusal }: Outcome): ScheduleState {
  const error = refusal ? { code: refusal.code, message: refusal.message } : null;
  return { ...state, pending: null, error, lastRun: job ? { at: run.at, jobId: job.id } : state.lastRun };
}

function isMissing(error: unknown): boolean {
  return error instanceof QueueError && error.code === 'job-not-found';
}
