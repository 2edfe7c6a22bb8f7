import { JOB_STATES, type JobRecord, type JobState } from '../job-record.js';

/** What a follower of a job has been told: all that is needed to tell what has happened since, by whichever gateway. */
export interface Told {
  readonly state: JobState;
  readonly attemptsMade: number;
  /** Unix milliseconds; 0 before the first start. */
  readonly startedAt: number;
  /** Failed attempts on record. */
  readonly failures: number;
  /** The number of the next line of the log. */
  readonly lines: number;
}

const ENCODED = /^([a-z-]{4,16})\.(\d{1,6})\.(\d{1,15})\.(\d{1,6})\.(\d{1,9})$/;

export function toldOf(job: JobRecord, lines: number): Told {
  const { state, attemptsMade, startedAt } = job;
  return { state, attemptsMade, startedAt: startedAt ?? 0, failures: failuresOf(job).length, lines };
}

export function encodeTold({ state, attemptsMade, startedAt, failures, lines }: Told): string {
  return [state, attemptsMade, startedAt, failures, lines].join('.');
}

/** Undefined for what `encodeTold` has not written, also for another version's: then it is told anew. */
export function decodeTold(text: string): Told | undefined {
  const [, name, ...numbers] = ENCODED.exec(text) ?? [];
  const state = JOB_STATES.find((known) => known === name);
  if (state === undefined) return undefined;
  const [attemptsMade = 0, startedAt = 0, failures = 0, lines = 0] = numbers.map(Number);
  return { state, attemptsMade, startedAt, failures, lines };
}

export function failuresOf({ attempts }: JobRecord) {
  return attempts.filter(({ error }) => error !== null);
}
