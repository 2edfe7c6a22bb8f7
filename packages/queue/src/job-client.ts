import { setTimeout as delay } from 'node:timers/promises';
import type { QueueName } from '@dts/jobs';
import { ErrorCode } from 'bullmq';
import type { Admission } from './admission.js';
import { Cancellations } from './cancellations.js';
import type { RedisClient } from './connection.js';
import { QueueError } from './errors.js';
import { queueOfJobId } from './job-id.js';
import { JobLogs, type LogPage } from './job-logs.js';
import { FINAL_STATES, type JobRecord, type StoredJob, toJobRecord } from './job-record.js';
import { jobNotFound } from './not-found.js';
import type { Queues } from './queues.js';
import { toUnavailable, toUnreadable } from './redis-failure.js';
import type { Replication } from './replication.js';
import type { QueueCounters } from './statistics/queue-counters.js';
import type { Submission, Submitted } from './submission.js';
import { type Outcome, Submitter } from './submitter.js';

/** How often, and how many milliseconds apart, a cancelled job is looked at before its caller is told how it stands. */
const SETTLE_LOOKS = 10;
const SETTLE_LOOK_MS = 50;

/**
 * Submits and reads jobs. `submit` resolves only once Redis has answered that the job is stored, and Redis answers only
 * once it is on disk (`appendfsync always`), and with `replication` once its replicas have it: that is the acknowledgement which callers may rely on.
 */
export class JobClient {
  private readonly submitter: Submitter;
  private readonly cancellations: Cancellations;
  private readonly logs: JobLogs;

  constructor(
    private readonly queues: Queues,
    redis: RedisClient,
    prefix: string,
    admission: Admission,
    private readonly replication?: Replication,
    private readonly counters?: QueueCounters,
  ) {
    this.submitter = new Submitter(queues, redis, prefix, admission, replication);
    this.cancellations = new Cancellations(redis, prefix);
    this.logs = new JobLogs(redis);
  }

  /**
   * @throws QueueError `unknown-job`, `invalid-payload`, `payload-too-large`, `idempotency-conflict`; `backlog-full` and
   * `memory-full`, both to be tried again later; `unavailable` when
   * the job is certainly not stored, `outcome-unknown` when it may be (both carry the job's id; repeating with the same
   * key is safe).
   */
  async submit(submission: Submission): Promise<Submitted> {
    const [outcome] = await this.submitMany([submission]);
    if (!outcome || outcome instanceof QueueError) throw outcome;
    return outcome;
  }

  /** Each as `submit` alone would have it, in the order given: what befalls one does not touch the others. */
  async submitMany(submissions: readonly Submission[]): Promise<Outcome[]> {
    const outcomes = await this.submitter.submit(submissions);
    for (const outcome of outcomes) {
      if (!(outcome instanceof QueueError) && outcome.outcome === 'created') this.counters?.arrived(outcome.job.queue);
    }
    return outcomes;
  }

  /** @throws QueueError `job-not-found`, `unavailable` */
  async get(id: string): Promise<JobRecord> {
    try {
      const record = await this.find(id);
      if (record) return record;
    } catch (error) {
      throw toUnreadable(error);
    }
    throw jobNotFound(id);
  }

  /**
   * Lines that a job's handler has written.
   * @param from a line's number
   * @throws QueueError `unavailable`
   */
  async log({ queue, id }: Pick<JobRecord, 'queue' | 'id'>, from: number, limit: number): Promise<LogPage> {
    try {
      return await this.logs.read(this.queues[queue].toKey(id), from, limit);
    } catch (error) {
      throw toUnreadable(error);
    }
  }

  /**
   * Stops a job in any state: one that has not started never does, one that runs is told to stop. Cancelling twice is fine.
   * @throws QueueError `job-not-found`, `already-finished`, `unavailable`, `outcome-unknown`
   */
  async cancel(id: string): Promise<JobRecord> {
    const job = await this.get(id);
    if (job.state === 'cancelled') {
      await this.confirm(job);
      return job;
    }
    try {
      await this.cancellations.request(this.queues[job.queue], id);
    } catch (error) {
      throw toUnavailable(error, id);
    }
    await this.confirm(job);
    const after = await this.settled(id);
    if (FINAL_STATES.has(after.state) && after.state !== 'cancelled') {
      throw new QueueError('already-finished', `The job has finished already: it is ${after.state}.`);
    }
    return after;
  }

  /**
   * Lets a job that waits for its time run now. One that waits for something else, or runs, is left as it is.
   * @throws QueueError `job-not-found`, `already-finished`, `unavailable`, `outcome-unknown`
   */
  async promote(id: string): Promise<JobRecord> {
    const job = await this.get(id);
    if (FINAL_STATES.has(job.state)) throw new QueueError('already-finished', `The job has finished already: it is ${job.state}.`);
    if (job.state === 'scheduled') await this.promoteStored(job);
    await this.confirm(job);
    return this.get(id);
  }

  private async promoteStored({ queue, id }: JobRecord): Promise<void> {
    try {
      await (await this.load(queue, id))?.promote();
    } catch (error) {
      if ((error as { code?: unknown }).code !== ErrorCode.JobNotInState) throw toUnavailable(error); // it is due by itself
    }
  }

  /** @throws QueueError `outcome-unknown` */
  private async confirm({ queue, id }: JobRecord): Promise<void> {
    await this.replication?.confirm(this.queues[queue].toKey(id), id);
  }

  /** The job once it has ended, or as it is after a moment: a handler may take its time to stop. */
  private async settled(id: string): Promise<JobRecord> {
    for (let look = 1; ; look++) {
      const job = await this.get(id);
      if (FINAL_STATES.has(job.state) || look === SETTLE_LOOKS) return job;
      await delay(SETTLE_LOOK_MS);
    }
  }

  private async load(queue: QueueName, id: string): Promise<StoredJob | undefined> {
    return this.queues[queue].getJob(id);
  }

  private async find(id: string): Promise<JobRecord | undefined> {
    const queue = queueOfJobId(id);
    if (queue === undefined) return undefined;
    const [state, job] = await Promise.all([this.queues[queue].getJobState(id), this.load(queue, id)]);
    return job && toJobRecord(job, queue, state);
  }
}
