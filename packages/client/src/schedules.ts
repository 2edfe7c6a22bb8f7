import type { JobName, PayloadInputOf } from '@dts/jobs';
import type { Job, SubmittedJob } from './job.js';
import { checkIdempotencyKey, type JobOptions, randomKey } from './job-options.js';
import { type ListOptions, type Page, type PageOptions, readPage, readPages, toQuery } from './pages.js';
import { SchedulerError } from './scheduler-error.js';
import type { Answer, Call, CallOptions, Transport } from './transport.js';

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

export interface ScheduleCallOptions extends CallOptions {
  /** Another tenant's, for operators: the names of schedules are a tenant's own. */
  readonly tenant?: string;
}

/** Schedules on a gateway. Every method can be repeated safely, and repeats by itself while that may help. */
export class SchedulesClient {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Creates or replaces it. */
  async put(id: string, schedule: ScheduleInput, options: ScheduleCallOptions = {}): Promise<Schedule> {
    return (await this.#call('PUT', id, '', options, { body: schedule })).body as Schedule;
  }

  async get(id: string, options: ScheduleCallOptions = {}): Promise<Schedule> {
    return (await this.#call('GET', id, '', options)).body as Schedule;
  }

  /** All of them in the order of their ids, read page by page. */
  list(options: ListOptions & ScheduleCallOptions = {}): AsyncGenerator<Schedule, void, void> {
    const { tenant, ...rest } = options;
    return readPages(this.#transport, PATH, { tenant }, rest);
  }

  listPage(options: PageOptions & ScheduleCallOptions = {}): Promise<Page<Schedule>> {
    const { tenant, ...rest } = options;
    return readPage(this.#transport, PATH, { tenant }, rest);
  }

  /** Whether it was there; a repetition after a lost answer finds it gone. */
  async delete(id: string, options: ScheduleCallOptions = {}): Promise<boolean> {
    try {
      await this.#call('DELETE', id, '', options);
      return true;
    } catch (error) {
      if (error instanceof SchedulerError && error.code === 'schedule-not-found') return false;
      throw error;
    }
  }

  async pause(id: string, options: ScheduleCallOptions = {}): Promise<Schedule> {
    return (await this.#call('POST', id, ':pause', options)).body as Schedule;
  }

  async resume(id: string, options: ScheduleCallOptions = {}): Promise<Schedule> {
    return (await this.#call('POST', id, ':resume', options)).body as Schedule;
  }

  /** Runs it now. Repetitions carry the same key, so they can't run it twice. */
  async trigger(id: string, options: ScheduleCallOptions & { readonly idempotencyKey?: string } = {}): Promise<SubmittedJob> {
    const { idempotencyKey = randomKey(), ...rest } = options;
    checkIdempotencyKey(idempotencyKey);
    const answer = await this.#call('POST', id, ':trigger', rest, { headers: { 'idempotency-key': idempotencyKey } });
    return { ...(answer.body as Job), replayed: answer.status === 200 };
  }

  #call(method: Call['method'], id: string, verb: string, options: ScheduleCallOptions, more: Partial<Call> = {}): Promise<Answer> {
    const { tenant, ...call } = options;
    const path = `${PATH}/${encodeURIComponent(id)}${verb}${toQuery({ tenant })}`;
    return this.#transport.call({ method, path, ...more, ...call });
  }
}

const PATH = '/v1/schedules';
