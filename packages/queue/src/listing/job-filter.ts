import type { QueueName } from '@dts/jobs';
import { CANCELLED } from '../cancelled.js';
import type { JobRecord, JobState } from '../job-record.js';
import type { Place } from './place.js';

/** Which jobs to list: those that have all that is given. */
export interface JobFilter {
  readonly states: readonly JobState[];
  readonly queue?: QueueName;
  readonly name?: string;
  readonly tag?: string;
  readonly tenant?: string;
}

/** What Redis sorts out already: it may let a job pass that `matches` does not, and never the other way round. */
export interface Sieve {
  readonly name?: string;
  /** What a job's data must contain, as JSON has it: tags and tenants have no character that it would escape. */
  readonly texts: readonly string[];
  /** Only what is to be cancelled. */
  readonly deferredFailure?: string;
}

export function matches({ states, name, tag, tenant }: JobFilter, job: JobRecord): boolean {
  return (
    states.includes(job.state) &&
    (name === undefined || job.name === name) &&
    (tag === undefined || job.tags.includes(tag)) &&
    (tenant === undefined || job.tenant === tenant)
  );
}

export function sieveFor({ states, name, tag, tenant }: JobFilter, place: Place): Sieve {
  const wanted = place.states.filter((state) => states.includes(state));
  const isEnd = place.key === 'failed';
  return {
    ...(name !== undefined && { name }),
    texts: [...(tenant === undefined ? [] : [`"tenant":"${tenant}"`]), ...(tag === undefined ? [] : [`"${tag}"`])],
    ...(!isEnd && wanted.length === 1 && wanted[0] === 'cancelled' && { deferredFailure: CANCELLED }),
  };
}
