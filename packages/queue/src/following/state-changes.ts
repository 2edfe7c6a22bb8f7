import type { JobError } from '../attempt.js';
import { type Attempt, FINAL_STATES, type JobRecord, type JobState } from '../job-record.js';
import { failuresOf, type Told } from './told.js';

export interface StateChange {
  readonly state: JobState;
  /** Unix milliseconds: when it came about, or was noticed where nothing tells. */
  readonly at: number;
  readonly attemptsMade: number;
  readonly error: JobError | null;
  /** Failed attempts on record until then. */
  readonly failures: number;
}

/**
 * How a job came from what was told to what it is now, the latest last; what it is now where nothing was told. The job's
 * own history tells every attempt, however late one looks. What leaves no trace may be left out: that it waited for a
 * moment, or was handed back.
 * @param now Unix milliseconds
 */
export function changesSince(told: Told | undefined, job: JobRecord, now: number): StateChange[] {
  const current = currentOf(job, now);
  if (!told) return [current];
  const failed = failuresOf(job).flatMap((attempt, index, all) =>
    index < told.failures ? [] : toChanges(attempt, index, all[index - 1]?.error),
  );
  if (failed.length === 0 && isAsBefore(told, current)) {
    return job.state === 'active' && job.startedAt !== told.startedAt ? [current] : [];
  }
  const changes = [...failed, ...toLastStart(job, current), current];
  return changes.filter((change, index) => !isAsBefore(changes[index - 1] ?? told, change));
}

function currentOf(job: JobRecord, now: number): StateChange {
  const { state, attemptsMade, error } = job;
  return { state, at: sinceWhen(job) ?? now, attemptsMade, error, failures: failuresOf(job).length };
}

function sinceWhen({ state, submittedAt, startedAt, finishedAt }: JobRecord): number | null {
  if (FINAL_STATES.has(state)) return finishedAt;
  if (state === 'active') return startedAt;
  return state === 'scheduled' && startedAt === null ? submittedAt : null;
}

/** A failed attempt: the job was started, and unless this was the last attempt it waited for the next one. */
function toChanges(attempt: Attempt, failures: number, before: JobError | null = null): StateChange[] {
  const { number, startedAt, finishedAt, error, retryInMs } = attempt;
  const started: StateChange = { state: 'active', at: startedAt, attemptsMade: number - 1, error: number > 1 ? before : null, failures };
  if (retryInMs === undefined) return [started];
  const state = retryInMs > 0 ? 'scheduled' : 'waiting';
  return [started, { state, at: finishedAt ?? startedAt, attemptsMade: number, error, failures: failures + 1 }];
}

/** The attempt that succeeded is not among the failed ones. */
function toLastStart({ state, startedAt, attempts }: JobRecord, { attemptsMade, failures }: StateChange): StateChange[] {
  if (state !== 'completed' || startedAt === null) return [];
  return [
    {
      state: 'active',
      at: startedAt,
      attemptsMade: attemptsMade - 1,
      error: attemptsMade > 1 ? (attempts.at(-2)?.error ?? null) : null,
      failures,
    },
  ];
}

function isAsBefore(before: Pick<StateChange, 'state' | 'attemptsMade'>, change: StateChange): boolean {
  return before.state === change.state && before.attemptsMade === change.attemptsMade;
}
