import type { JobName, PayloadInputOf } from '@dts/jobs';
import type { Job, SubmittedJob } from './job.js';
import { checkIdempotencyKey, type JobOptions } from './job-options.js';
import { toSchedulerError } from './problem.js';
import { SchedulerError } from './scheduler-error.js';
import type { CallOptions, Transport } from './transport.js';

/** What a gateway takes at once, and bytes with which a batch stays below its 8 MiB. */
const MAX_JOBS = 1_000;
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

interface Pending {
  /** Among all jobs. */
  readonly index: number;
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

/** @throws the reason of the caller's signal, TypeError for a key that can't be sent */
export async function submitBatch(transport: Transport, jobs: readonly BatchJob[], options: CallOptions): Promise<BatchResult[]> {
  const results: BatchResult[] = [];
  for (const part of toParts(jobs.map(toPending))) await submitPart(transport, part, options, results);
  return results;
}

function toPending(job: BatchJob, index: number): Pending {
  const { idempotencyKey = crypto.randomUUID() } = job;
  checkIdempotencyKey(idempotencyKey);
  const keyed = { ...job, idempotencyKey };
  return { index, idempotencyKey, job: keyed, bytes: new TextEncoder().encode(JSON.stringify(keyed)).length };
}

function toParts(all: readonly Pending[]): Pending[][] {
  const parts: Pending[][] = [];
  let bytes = 0;
  for (const pending of all) {
    const last = parts.at(-1);
    bytes += pending.bytes;
    if (last && last.length < MAX_JOBS && bytes <= MAX_BYTES) last.push(pending);
    else {
      parts.push([pending]);
      bytes = pending.bytes;
    }
  }
  return parts;
}

/** Repeats those that may do better, until none is left or the client's patience is at its end. */
async function submitPart(transport: Transport, part: readonly Pending[], options: CallOptions, results: BatchResult[]): Promise<void> {
  let left = part;
  try {
    await transport.repeat(options, async (remainingMs) => {
      const call = { method: 'POST', path: '/v1/jobs:batch', body: { jobs: left.map(({ job }) => job) }, ...options } as const;
      const answered = readAnswer((await transport.tryOnce(call, remainingMs)).body, left.length);
      for (const [place, { index, idempotencyKey }] of left.entries()) {
        results[index] = { idempotencyKey, ...toResult(answered[place] as Answered) };
      }
      left = left.filter(({ index }) => results[index]?.error?.isTransient);
      const [first] = left;
      if (first) throw results[first.index]?.error;
    });
  } catch (error) {
    if (!(error instanceof SchedulerError)) throw error;
    for (const { index, idempotencyKey } of left) results[index] ??= { idempotencyKey, error };
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
