import type { JobName, PayloadInputOf } from '@dts/jobs';
import type { Job, SubmittedJob } from './job.js';
import { checkIdempotencyKey, type JobOptions, randomKey } from './job-options.js';
import { toSchedulerError } from './problem.js';
import { SchedulerError } from './scheduler-error.js';
import type { CallOptions, Transport } from './transport.js';

/** What a gateway takes at once, and bytes with which a batch stays below its 8 MiB. */
export const MAX_BATCH_JOBS = 1_000;
const MAX_BYTES = 7 * 1024 * 1024;

/** One job of many. */
export type BatchJob = {
  readonly [Name in JobName]: JobOptions & { readonly name: Name; readonly payload: PayloadInputOf<Name> };
}[JobName];

/** What became of one job of many. Submitting it again with the key can't make a second one. */
export type BatchResult = { readonly idempotencyKey: string } & (
  | { readonly job: SubmittedJob; readonly error?: undefined }
  | { readonly error: SchedulerError; readonly job?: undefined }
);

/** A job with its key, and how long it is. */
export interface KeyedJob {
  readonly idempotencyKey: string;
  readonly job: unknown;
  readonly bytes: number;
}

/** What a gateway answers for one job. */
interface Answered {
  readonly status: number;
  readonly job?: Job;
  readonly problem?: unknown;
}

/** @throws TypeError for what can't be sent */
export function toKeyedJob(job: BatchJob): KeyedJob {
  const { idempotencyKey = randomKey() } = job;
  checkIdempotencyKey(idempotencyKey);
  const keyed = { ...job, idempotencyKey };
  return { idempotencyKey, job: keyed, bytes: new TextEncoder().encode(JSON.stringify(keyed)).length };
}

/** Jobs that go in one request, and what has become of each so far. */
export class Batch {
  readonly #jobs: KeyedJob[] = [];
  readonly #results: BatchResult[] = [];
  #bytes = 0;

  constructor(private readonly maxJobs: number = MAX_BATCH_JOBS) {}

  get isFull(): boolean {
    return this.#jobs.length >= this.maxJobs;
  }

  /** Jobs that have been neither taken nor refused for good. */
  get left(): number {
    return this.#unsettled().length;
  }

  /** @returns false when it would be too much for one request; what is too much by itself is the gateway's to refuse */
  add(job: KeyedJob): boolean {
    if (this.isFull || (this.#jobs.length > 0 && this.#bytes + job.bytes > MAX_BYTES)) return false;
    this.#jobs.push(job);
    this.#bytes += job.bytes;
    return true;
  }

  /** One request for those that are left. @throws as Transport.tryOnce; the error of the first job that is left still */
  async send(transport: Transport, options: CallOptions, remainingMs: number): Promise<void> {
    const places = this.#unsettled();
    const jobs = places.map((place) => this.#jobs[place]?.job);
    const call = { method: 'POST', path: '/v1/jobs:batch', body: { jobs }, ...options } as const;
    const answered = readAnswer((await transport.tryOnce(call, remainingMs)).body, jobs.length);
    for (const [index, place] of places.entries()) {
      const { idempotencyKey } = this.#jobs[place] as KeyedJob;
      this.#results[place] = { idempotencyKey, ...toResult(answered[index] as Answered) };
    }
    const [first] = this.#unsettled();
    if (first !== undefined) throw this.#results[first]?.error;
  }

  /**
   * What has become of each, in the order in which they were added, once `sending` is over.
   * @throws what `sending` throws, unless that is a SchedulerError: that is the result of those that the gateway told nothing about
   */
  async settle(sending: Promise<void>): Promise<BatchResult[]> {
    const failure = await sending.catch((error: unknown) => {
      if (error instanceof SchedulerError) return error;
      throw error;
    });
    return this.#jobs.map(({ idempotencyKey }, place) => this.#results[place] ?? ({ idempotencyKey, error: failure } as BatchResult));
  }

  #unsettled(): number[] {
    return [...this.#jobs.keys()].filter((place) => this.#results[place] === undefined || this.#results[place].error?.isTransient);
  }
}

/** @throws SchedulerError `bad-answer` */
function readAnswer(body: unknown, count: number): readonly Answered[] {
  const results = (body as { results?: unknown } | null)?.results;
  if (Array.isArray(results) && results.length === count) return results as Answered[];
  throw new SchedulerError({ status: 200, code: 'bad-answer', detail: `the answer has no results of ${count} jobs: is this a gateway?` });
}

function toResult({ status, job, problem }: Answered): { job: SubmittedJob } | { error: SchedulerError } {
  if (job) return { job: { ...job, replayed: status === 200 } };
  return { error: toSchedulerError(new Response(null, { status }), JSON.stringify(problem)) };
}
