import { setTimeout as delay } from 'node:timers/promises';
import { findJobDefinition, JOB_NAMES, type JobDefinition, type QueueName } from '@dts/jobs';
import type { Admission } from './admission.js';
import { Cancellations } from './cancellations.js';
import type { RedisClient } from './connection.js';
import { QueueError, toPayloadIssues } from './errors.js';
import { fingerprint } from './fingerprint.js';
import { type Claim, IdempotencyKeys } from './idempotency.js';
import type { JobData } from './job-data.js';
import { jobIdFor, queuesOfJobId } from './job-id.js';
import { type SubmitOptions, toBullOptions } from './job-options.js';
import { FINAL_STATES, type JobRecord, type StoredJob, toJobRecord } from './job-record.js';
import type { Queues } from './queues.js';
import { isRefusal, toUnavailable, toUnreadable } from './redis-failure.js';

/** 256 KiB: what does not fit belongs in an object store, with its URL in the payload. */
export const MAX_PAYLOAD_BYTES = 256 * 1024;

/** How often, and how many milliseconds apart, a cancelled job is looked at before its caller is told how it stands. */
const SETTLE_LOOKS = 10;
const SETTLE_LOOK_MS = 50;

export interface Submission {
  readonly name: string;
  readonly payload: unknown;
  readonly options: SubmitOptions;
  readonly tenant: string;
  /** Makes a repeated submission safe for 24 h. */
  readonly idempotencyKey?: string;
}

export interface Submitted {
  /** `replayed`: the key was known, and this is the job it stands for. */
  readonly outcome: 'created' | 'replayed';
  readonly job: JobRecord;
}

/** A submission that has passed all checks, on its way into one queue. */
interface Accepted {
  readonly id: string;
  readonly definition: JobDefinition;
  readonly submission: Submission;
}

/**
 * Submits and reads jobs. `submit` resolves only once Redis has answered that the job is stored, and Redis answers only
 * once it is on disk (`appendfsync always`): that is the acknowledgement which callers may rely on.
 */
export class JobClient {
  private readonly keys: IdempotencyKeys;
  private readonly cancellations: Cancellations;

  constructor(
    private readonly queues: Queues,
    redis: RedisClient,
    prefix: string,
    private readonly admission: Admission,
  ) {
    this.keys = new IdempotencyKeys(redis, prefix);
    this.cancellations = new Cancellations(redis, prefix);
  }

  /**
   * @throws QueueError `unknown-job`, `invalid-payload`, `payload-too-large`, `idempotency-conflict`; `backlog-full` and
   * `memory-full`, both to be tried again later; `unavailable` when
   * the job is certainly not stored, `outcome-unknown` when it may be (both carry the job's id; repeating with the same
   * key is safe).
   */
  async submit(submission: Submission): Promise<Submitted> {
    const definition = checkSubmission(submission);
    const id = jobIdFor(definition.queue, submission.tenant, submission.idempotencyKey);
    const accepted = { id, definition, submission };
    try {
      return submission.idempotencyKey === undefined ? await this.add(accepted) : await this.addOnce(accepted, submission.idempotencyKey);
    } catch (error) {
      throw error instanceof QueueError ? error : toUnavailable(error, id);
    }
  }

  /** @throws QueueError `job-not-found`, `unavailable` */
  async get(id: string): Promise<JobRecord> {
    try {
      const record = await this.find(id);
      if (record) return record;
    } catch (error) {
      throw toUnreadable(error);
    }
    throw new QueueError('job-not-found', `There is no job ${JSON.stringify(id)}; finished jobs are kept for a limited time.`);
  }

  /**
   * Stops a job in any state: one that has not started never does, one that runs is told to stop. Cancelling twice is fine.
   * @throws QueueError `job-not-found`, `already-finished`, `unavailable`
   */
  async cancel(id: string): Promise<JobRecord> {
    const job = await this.get(id);
    if (job.state === 'cancelled') return job;
    try {
      if ((await this.cancellations.request(this.queues[job.queue], id)) === 'marked') await this.startNow(job);
    } catch (error) {
      throw toUnavailable(error, id);
    }
    const after = await this.settled(id);
    if (FINAL_STATES.has(after.state) && after.state !== 'cancelled') {
      throw new QueueError('already-finished', `The job has finished already: it is ${after.state}.`);
    }
    return after;
  }

  /** The job once it has ended, or as it is after a moment: a handler may take its time to stop. */
  private async settled(id: string): Promise<JobRecord> {
    for (let look = 1; ; look++) {
      const job = await this.get(id);
      if (FINAL_STATES.has(job.state) || look === SETTLE_LOOKS) return job;
      await delay(SETTLE_LOOK_MS);
    }
  }

  /** A job that waits for its time would keep its place until then; a worker that takes it now puts it where it belongs. */
  private async startNow(job: JobRecord): Promise<void> {
    if (job.state !== 'scheduled') return;
    const stored = await this.load(job.queue, job.id);
    await stored?.promote().catch(() => undefined); // it has just become due by itself
  }

  private async add({ id, definition, submission }: Accepted, print?: string): Promise<Submitted> {
    this.admission.check(definition.queue);
    const data = toJobData(submission, print);
    const job = await this.queues[definition.queue].add(submission.name, data, toBullOptions(definition, id, submission.options));
    if (job.id !== id) throw new Error(`Redis stored the job as ${job.id}, not as ${id}`);
    return { outcome: 'created', job: toJobRecord(job, definition.queue, job.delay > 0 ? 'delayed' : 'waiting') };
  }

  /** Claims the key first: whatever happens between the steps, a repetition finds out what is missing and does it. */
  private async addOnce(accepted: Accepted, key: string): Promise<Submitted> {
    const { definition, submission } = accepted;
    const { tenant, name } = submission;
    const print = fingerprint([name, submission.payload, submission.options]);
    const claim: Claim = { id: accepted.id, name, queue: definition.queue, fingerprint: print, submittedAt: Date.now(), stored: false };
    const [earlier, found] = await Promise.all([this.keys.claim(tenant, key, claim), this.load(definition.queue, accepted.id)]);
    const stored = earlier && earlier.id !== accepted.id ? await this.load(earlier.queue, earlier.id) : found;
    if ((earlier ?? claim).fingerprint !== print || (stored && stored.data.fingerprint !== print)) {
      if (!earlier) await this.keys.release(tenant, key);
      throw new QueueError(
        'idempotency-conflict',
        `The Idempotency-Key was used before, for another submission (job ${(earlier ?? claim).id}).`,
      );
    }
    if (stored) {
      if (!earlier?.stored) this.markStored(tenant, key, earlier ?? claim);
      return { outcome: 'replayed', job: toJobRecord(stored, (earlier ?? claim).queue, await stored.getState()) };
    }
    if (earlier?.stored) return { outcome: 'replayed', job: toForgottenRecord(earlier, submission) };
    return earlier ? this.complete(accepted, key, earlier) : this.addClaimed(accepted, key, claim);
  }

  private async addClaimed(accepted: Accepted, key: string, claim: Claim): Promise<Submitted> {
    const { tenant } = accepted.submission;
    try {
      const added = await this.add(accepted, claim.fingerprint);
      this.markStored(tenant, key, claim);
      return added;
    } catch (error) {
      if (isRefusal(error) || error instanceof QueueError) await this.keys.release(tenant, key).catch(() => undefined);
      throw error;
    }
  }

  /** Whoever claimed the key died before the add, or is about to do it: then Redis keeps the first one, and that is told. */
  private async complete(accepted: Accepted, key: string, earlier: Claim): Promise<Submitted> {
    const added = await this.add(accepted, earlier.fingerprint);
    this.markStored(accepted.submission.tenant, key, earlier);
    return { outcome: 'replayed', job: (await this.find(accepted.id)) ?? added.job };
  }

  /**
   * Never before the job is known to be stored: a mark without a job would answer "done" for one that never ran.
   * Nobody waits for it: should it be lost, the next repetition finds the job and marks it.
   */
  private markStored(tenant: string, key: string, claim: Claim): void {
    this.keys.markStored(tenant, key, claim).catch(() => undefined);
  }

  private async load(queue: QueueName, id: string): Promise<StoredJob | undefined> {
    return this.queues[queue].getJob(id);
  }

  private async find(id: string): Promise<JobRecord | undefined> {
    for (const queue of queuesOfJobId(id)) {
      const [state, job] = await Promise.all([this.queues[queue].getJobState(id), this.load(queue, id)]);
      if (job) return toJobRecord(job, queue, state);
    }
    return undefined;
  }
}

function checkSubmission({ name, payload }: Submission): JobDefinition {
  const definition = findJobDefinition(name);
  if (!definition) throw new QueueError('unknown-job', `There is no job type ${JSON.stringify(name)}. Known: ${JOB_NAMES.join(', ')}.`);
  const parsed = definition.payload.safeParse(payload);
  if (!parsed.success) {
    throw new QueueError('invalid-payload', `The payload does not fit ${name}.`, { issues: toPayloadIssues(parsed.error) });
  }
  const bytes = Buffer.byteLength(JSON.stringify(payload));
  if (bytes > MAX_PAYLOAD_BYTES) {
    throw new QueueError(
      'payload-too-large',
      `The payload has ${bytes} bytes, ${MAX_PAYLOAD_BYTES} are allowed: store the data and submit its URL.`,
    );
  }
  return definition;
}

function toJobData({ payload, tenant, options }: Submission, print?: string): JobData {
  return {
    payload,
    tenant,
    ...(options.tags?.length && { tags: options.tags }),
    ...(options.timeout && { timeout: options.timeout }),
    ...(options.startBy && { startBy: options.startBy }),
    ...(print && { fingerprint: print }),
  };
}

/** The job has run and is no longer kept: all that is left is what its key remembers. */
function toForgottenRecord(claim: Claim, submission: Submission): JobRecord {
  return {
    id: claim.id,
    name: claim.name,
    queue: claim.queue,
    tenant: submission.tenant,
    state: 'completed',
    payload: submission.payload,
    tags: submission.options.tags ?? [],
    priority: submission.options.priority ?? 1,
    submittedAt: claim.submittedAt,
    startedAt: null,
    finishedAt: null,
    attemptsMade: 0,
    attemptsMax: submission.options.attempts ?? 1,
    attempts: [],
    progress: 0,
    result: null,
    error: null,
  };
}
