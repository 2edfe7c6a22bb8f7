import type { JobName, PayloadInputOf } from '@dts/jobs';
import type { Job, SubmittedJob } from './job.js';
import { checkIdempotencyKey, type JobOptions, randomKey } from './job-options.js';
import { type ListOptions, readPages } from './pages.js';
import { SchedulerError } from './scheduler-error.js';
import type { CallOptions, Transport } from './transport.js';

/** What each run submits: a job without times of its own. */
export type ScheduledJob = {
  readonly [Name in JobName]: Omit<JobOptions, 'idempotencyKey' | 'delay' | 'runAt' | 'startBy'> & {
    readonly name: Name;
    readonly payload: PayloadInputOf<Name>;
  };
}[JobName];

/** When: by a cron pattern of five fields, or six with seconds first, in a time zone (UTC unless given), or every so many milliseconds. */
type Rhythm =
  | { readonly cron: string; readonly timezone?: string; readonly every?: undefined }
  | { readonly every: number; readonly cron?: undefined; readonly timezone?: undefined };

export type ScheduleInput = Rhythm & {
  readonly job: ScheduledJob;
  /** What becomes of a run while the one before has not finished; `skip` unless given. */
  readonly overlap?: 'skip' | 'allow' | 'cancel-previous';
  /** A text is an RFC 3339 time. */
  readonly startAt?: string | Date;
  readonly endAt?: string | Date;
  /** Runs in all. */
  readonly limit?: number;
  /** Milliseconds by which a run may be late. */
  readonly jitter?: number;
  /** As it is, or not, unless given. */
  readonly paused?: boolean;
};

/** A schedule as the gateway tells it; times in RFC 3339. */
export interface Schedule {
  readonly id: string;
  readonly state: 'active' | 'paused' | 'ended';
  readonly cron: string | null;
  readonly timezone: string | null;
  readonly every: number | null;
  readonly job: ScheduledJob;
  readonly overlap: 'skip' | 'allow' | 'cancel-previous';
  readonly startAt: string | null;
  readonly endAt: string | null;
  readonly limit: number | null;
  readonly jitter: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Five of them, or one in a list. */
  readonly nextRuns: readonly string[];
  readonly lastRun: { readonly at: string; readonly jobId: string } | null;
  readonly runs: number;
  /** Left out because the run before had not finished. */
  readonly skipped: number;
  /** Left out because nobody was there to start them, for long. */
  readonly missed: number;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** Schedules on a gateway. Every method can be repeated safely, and repeats by itself while that may help. */
export class SchedulesClient {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Creates or replaces it. */
  async put(id: string, schedule: ScheduleInput, options: CallOptions = {}): Promise<Schedule> {
    return (await this.#transport.call({ method: 'PUT', path: pathOf(id), body: schedule, ...options })).body as Schedule;
  }

  async get(id: string, options: CallOptions = {}): Promise<Schedule> {
    return (await this.#transport.call({ method: 'GET', path: pathOf(id), ...options })).body as Schedule;
  }

  /** All of them in the order of their ids, read page by page. */
  list(options: ListOptions = {}): AsyncGenerator<Schedule, void, void> {
    return readPages(this.#transport, '/v1/schedules', {}, options);
  }

  /** Whether it was there; a repetition after a lost answer finds it gone. */
  async delete(id: string, options: CallOptions = {}): Promise<boolean> {
    try {
      await this.#transport.call({ method: 'DELETE', path: pathOf(id), ...options });
      return true;
    } catch (error) {
      if (error instanceof SchedulerError && error.code === 'schedule-not-found') return false;
      throw error;
    }
  }

  async pause(id: string, options: CallOptions = {}): Promise<Schedule> {
    return (await this.#transport.call({ method: 'POST', path: `${pathOf(id)}:pause`, ...options })).body as Schedule;
  }

  async resume(id: string, options: CallOptions = {}): Promise<Schedule> {
    return (await this.#transport.call({ method: 'POST', path: `${pathOf(id)}:resume`, ...options })).body as Schedule;
  }

  /** Runs it now. Repetitions carry the same key, so they can't run it twice. */
  async trigger(id: string, options: CallOptions & { readonly idempotencyKey?: string } = {}): Promise<SubmittedJob> {
    const { idempotencyKey = randomKey(), ...call } = options;
    checkIdempotencyKey(idempotencyKey);
    const headers = { 'idempotency-key': idempotencyKey };
    const answer = await this.#transport.call({ method: 'POST', path: `${pathOf(id)}:trigger`, headers, ...call });
    return { ...(answer.body as Job), replayed: answer.status === 200 };
  }
}

function pathOf(id: string): string {
  return `/v1/schedules/${encodeURIComponent(id)}`;
}
