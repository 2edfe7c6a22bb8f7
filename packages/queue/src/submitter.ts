import { QUEUE_NAMES, type QueueName } from '@dts/jobs';
import type { Admission } from './admission.js';
import { ArrivalBell } from './arrival-bell.js';
import { addBulk, type NewJob } from './bulk-add.js';
import type { RedisClient } from './connection.js';
import { QueueError } from './errors.js';
import { Ranking } from './fairness/ranking.js';
import { fingerprint } from './fingerprint.js';
import { type Claim, IdempotencyKeys } from './idempotency.js';
import { delayOf, toBullOptions } from './job-options.js';
import { type JobRecord, type StoredJob, toJobRecord } from './job-record.js';
import { type LaneJob, Lanes } from './lanes/lanes.js';
import { PARKED_MS } from './lanes/parked.js';
import type { Queues } from './queues.js';
import { toUnavailable } from './redis-failure.js';
import type { Replication } from './replication.js';
import { type Accepted, acceptSubmission, type Submission, type Submitted, toForgottenRecord, toJobData } from './submission.js';

/** What became of one submission of several. */
export type Outcome = Submitted | QueueError;

/** A submission with a key, and what the key is to mean. */
interface Keyed extends Accepted {
  readonly key: string;
  readonly claim: Claim;
}

/** What is to be stored. `claim` is that of its key; `isFirst` unless another submission has claimed the key before. */
interface Addition extends Accepted {
  readonly claim?: Claim;
  readonly isFirst: boolean;
}

/**
 * Takes submissions, one or many, each for itself: keys are claimed, then jobs added, then keys marked, every step for
 * all of them in one round trip. Whatever happens between the steps, a repetition finds out what is missing and does it.
 */
export class Submitter {
  private readonly keys: IdempotencyKeys;
  private readonly lanes: Lanes;
  private readonly ranking: Ranking;
  private readonly bell: ArrivalBell;

  constructor(
    private readonly queues: Queues,
    redis: RedisClient,
    prefix: string,
    private readonly admission: Admission,
    private readonly replication?: Replication,
  ) {
    this.keys = new IdempotencyKeys(redis, prefix);
    this.lanes = new Lanes(redis, prefix);
    this.ranking = new Ranking(redis, prefix);
    this.bell = new ArrivalBell(redis, prefix);
  }

  /** @returns in the order given */
  async submit(submissions: readonly Submission[]): Promise<Outcome[]> {
    const decisions = await Promise.all(submissions.map((submission) => this.decide(submission)));
    const additions = decisions.filter(isAddition);
    const added = new Map<Addition, Outcome>();
    await Promise.all(QUEUE_NAMES.map((queue) => this.addTo(queue, additions, added)));
    return decisions.map((decision) => (isAddition(decision) ? (added.get(decision) as Outcome) : decision));
  }

  /** What is known without adding anything: the outcome, or what has to be added. */
  private async decide(submission: Submission): Promise<Addition | Outcome> {
    let id: string | undefined;
    try {
      const accepted = acceptSubmission(submission);
      id = accepted.id;
      await this.replication?.require();
      const { idempotencyKey: key } = submission;
      return key === undefined ? this.decideUnkeyed(accepted) : await this.decideKeyed(toKeyed(accepted, key));
    } catch (error) {
      return toQueueError(error, id);
    }
  }

  private decideUnkeyed(accepted: Accepted): Addition {
    const refusal = this.admission.refusalOf(accepted.definition.queue);
    if (refusal) throw refusal;
    return { ...accepted, isFirst: true };
  }

  private async decideKeyed(keyed: Keyed): Promise<Addition | Submitted> {
    const { submission, key, definition } = keyed;
    const refusal = this.admission.refusalOf(definition.queue);
    // New work is turned away without a trace, what was acknowledged is told all the same.
    const found = refusal ? await this.keys.find(submission.tenant, key) : await this.claim(keyed);
    if (found === 'claimed') return { ...keyed, isFirst: true };
    const claim = found ?? keyed.claim;
    const stored = await this.queues[claim.queue].getJob(claim.id);
    const prints = [claim.fingerprint, stored?.data.fingerprint ?? claim.fingerprint];
    if (prints.some((print) => print !== keyed.claim.fingerprint)) throw conflict(claim);
    if (stored) return this.replay(keyed, claim, stored);
    if (claim.stored) return { outcome: 'replayed', job: toForgottenRecord(claim, submission) };
    if (refusal) throw refusal;
    // Whoever claimed the key died before the add, or is about to do it: then Redis keeps the first one.
    return { ...keyed, claim, isFirst: false };
  }

  private claim({ submission, key, claim, definition, id }: Keyed): Promise<Claim | 'claimed' | undefined> {
    return this.keys.claim(submission.tenant, key, claim, this.queues[definition.queue].toKey(id));
  }

  private async replay({ submission, key }: Keyed, claim: Claim, stored: StoredJob): Promise<Submitted> {
    if (!claim.stored) this.markStored(submission.tenant, key, claim);
    await this.confirm(claim.queue, claim.id);
    return { outcome: 'replayed', job: toJobRecord(stored, claim.queue, await stored.getState()) };
  }

  private async addTo(queue: QueueName, all: readonly Addition[], outcomes: Map<Addition, Outcome>): Promise<void> {
    const additions = all.filter(({ definition }) => definition.queue === queue);
    if (additions.length === 0) return;
    const added = await this.add(queue, additions);
    await Promise.all(
      additions.map(async (addition, index) => {
        const result = added[index] as StoredJob | Error;
        const submitted = result instanceof Error ? Promise.reject(result) : this.toSubmitted(addition, result);
        outcomes.set(addition, await submitted.catch((error) => toQueueError(error, addition.id)));
      }),
    );
  }

  /**
   * Jobs that have to pass lanes are announced there, stored where no worker fetches them, and let go by whoever comes first:
   * this gateway, or those that look after the lanes, should it die in between.
   */
  private async add(queue: QueueName, additions: readonly Addition[]): Promise<(StoredJob | Error)[]> {
    const parked = new Set(additions.filter((addition) => this.hasLanes(addition)));
    const laneJobs = [...parked].map(toLaneJob);
    if (parked.size > 0) {
      const failure = await this.lanes.announce(queue, laneJobs).catch((error: Error) => error);
      if (failure) return additions.map(() => failure);
    }
    const newJobs = additions.map((addition) => toNewJob(addition, parked.has(addition)));
    const added = await addBulk(this.queues[queue], newJobs);
    this.bell.ring(queue);
    void this.letGo(queue, laneJobs);
    return added;
  }

  /** Nobody waits for it: should it fail, the next look at lanes and arrivals does it. */
  private async letGo(queue: QueueName, parked: readonly LaneJob[]): Promise<void> {
    if (parked.length > 0) await this.lanes.advance(queue, parked).catch(() => undefined);
    this.ranking.rankSoon(queue);
  }

  /** One that is to start later meets its lanes then. */
  private hasLanes({ definition, submission: { options, tenant } }: Addition): boolean {
    if (delayOf(options) > 0) return false;
    return options.orderingKey !== undefined || this.admission.isLimited(definition.queue, tenant);
  }

  private async toSubmitted(addition: Addition, added: StoredJob): Promise<Submitted> {
    const { definition, submission, claim, isFirst } = addition;
    if (claim) this.markStored(submission.tenant, submission.idempotencyKey as string, claim);
    await this.confirm(definition.queue, addition.id);
    const job = toJobRecord(added, definition.queue, added.delay > 0 ? 'delayed' : 'waiting');
    return isFirst ? { outcome: 'created', job } : { outcome: 'replayed', job: (await this.readBack(definition.queue, job.id)) ?? job };
  }

  /** Redis may have kept an earlier one. That ours is stored is known: it counts no less for not being read. */
  private async readBack(queue: QueueName, id: string): Promise<JobRecord | undefined> {
    try {
      const stored = await this.queues[queue].getJob(id);
      return stored && toJobRecord(stored, queue, await stored.getState());
    } catch {
      return undefined;
    }
  }

  /** @throws QueueError `outcome-unknown` where replicas are to have the job, and do not */
  private async confirm(queue: QueueName, id: string): Promise<void> {
    await this.replication?.confirm(this.queues[queue].toKey(id), id);
  }

  /**
   * Never before the job is known to be stored: a mark without a job would answer "done" for one that never ran.
   * Nobody waits for it: should it be lost, the next repetition finds the job and marks it.
   */
  private markStored(tenant: string, key: string, claim: Claim): void {
    this.keys.markStored(tenant, key, claim).catch(() => undefined);
  }
}

function isAddition(decision: Addition | Outcome): decision is Addition {
  return 'isFirst' in decision;
}

function toQueueError(error: unknown, id: string | undefined): QueueError {
  return error instanceof QueueError ? error : toUnavailable(error, id);
}

function toKeyed(accepted: Accepted, key: string): Keyed {
  const { id, definition, submission } = accepted;
  const { name, payload, options } = submission;
  const print = fingerprint([name, payload, options]);
  return { ...accepted, key, claim: { id, name, queue: definition.queue, fingerprint: print, submittedAt: Date.now(), stored: false } };
}

function toNewJob({ id, definition, submission, claim }: Addition, isParked: boolean): NewJob {
  const opts = toBullOptions(definition, id, submission.tenant, submission.options);
  return {
    name: submission.name,
    data: toJobData(submission, claim?.fingerprint),
    opts: isParked ? { ...opts, delay: PARKED_MS } : opts,
  };
}

function toLaneJob({ id, submission: { tenant, options } }: Addition): LaneJob {
  return { id, tenant, orderingKey: options.orderingKey };
}

function conflict({ id }: Claim): QueueError {
  return new QueueError('idempotency-conflict', `The Idempotency-Key was used before, for another submission (job ${id}).`);
}
