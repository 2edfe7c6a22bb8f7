import { isLeased, type LeasedQueueName, QUEUE_NAMES } from '@dts/jobs';
import { EndNotes } from '../attempts/end-notes.js';
import { ForeignJobs } from '../attempts/foreign-jobs.js';
import { type JobTrace, traceOf } from '../attempts/job-trace.js';
import { LaneGate } from '../attempts/lane-gate.js';
import { type Failure, stopped } from '../attempts/outcome.js';
import { Preparation, timeoutOf } from '../attempts/preparation.js';
import { Starts } from '../attempts/starts.js';
import { keyOf, type WorkerJob } from '../attempts/worker-job.js';
import { Cancellations } from '../cancellations.js';
import { CANCELLED } from '../cancelled.js';
import type { RedisClient } from '../connection.js';
import { QueueError } from '../errors.js';
import { type ChildRecord, Children } from '../flows/children.js';
import { JobLogs } from '../job-logs.js';
import { Loop } from '../loop.js';
import type { Queues } from '../queues.js';
import { toUnreadable } from '../redis-failure.js';
import { EarlyEnds } from '../retention/early-ends.js';
import type { Pulse } from './extension.js';
import { HeldLeases } from './held-leases.js';
import type { Beat, Lease, LeaseFailure, LeaseWorker, Settled, StopReason } from './lease.js';
import { type Asked, type Given, LeaseDesk } from './lease-desk.js';
import { leaseLost, toLeaseError } from './lease-lost.js';
import { LeaseStarts } from './lease-starts.js';
import { LeaseWorkers } from './lease-workers.js';
import { LeasedQueue } from './leased-queue.js';
import { Quarantining } from './quarantining.js';
import { type SettlementEvents, Settlements } from './settlements.js';
import { WaitingLine } from './waiting-line.js';

/** Milliseconds between two times that wishes to cancel are forgotten whose jobs have ended. */
const TIDY_MS = 5_000;

/** Children that are told at once. */
const CHILDREN_AT_ONCE = 50;

/** Told of what happens to leases. */
export interface LeaseEvents extends SettlementEvents {
  /** A job starts that may have crashed its workers: it is to run alone. */
  readonly quarantined: (job: WorkerJob) => void;
  /** A job is put off: another version must have stored it. */
  readonly unreadable: (job: WorkerJob, reason: string) => void;
  readonly stalled: (queue: LeasedQueueName, jobId: string) => void;
  readonly error: (error: Error) => void;
}

export interface LeaseOptions {
  readonly queues: Queues;
  /** Fails fast. */
  readonly redis: RedisClient;
  /** Waits for Redis however long it takes. */
  readonly patient: RedisClient;
  readonly prefix: string;
  /** Milliseconds for which a lease holds unless it is extended. */
  readonly leaseMs: number;
  /** Milliseconds that a job waits for a gateway that can read it. */
  readonly unreadableWaitMs: number;
  readonly events: LeaseEvents;
}

/**
 * Jobs for workers elsewhere. All that is known of a lease is in its token and in Redis, so any process takes the next call; the token
 * is the fence: late and repeated calls get `lease-lost`, and change nothing.
 */
export class Leases {
  private readonly desk: LeaseDesk;
  private readonly lines = new Map<LeasedQueueName, WaitingLine>();
  private readonly leased = new Map<LeasedQueueName, LeasedQueue>();
  private readonly held: HeldLeases;
  private readonly workers: LeaseWorkers;
  private readonly settlements: Settlements;
  private readonly gate: LaneGate;
  private readonly notes: EndNotes;
  private readonly logs: JobLogs;
  private readonly children: Children;
  private readonly cancellations: Cancellations;
  private readonly tidying = new Loop(() => this.tidy());

  constructor(private readonly options: LeaseOptions) {
    const { queues, redis, prefix, events } = options;
    const names = QUEUE_NAMES.filter(isLeased);
    this.gate = new LaneGate(redis, prefix, names);
    this.notes = new EndNotes(new EarlyEnds(queues, redis));
    this.logs = new JobLogs(redis);
    this.children = new Children(queues, redis);
    this.workers = new LeaseWorkers(redis, prefix);
    this.cancellations = new Cancellations(redis, prefix);
    const quarantining = new Quarantining(redis, new Starts(redis));
    const ended: SettlementEvents['ended'] = (job, report, error) => {
      this.lines.get(report.labels.queue as LeasedQueueName)?.ring(); // where the queue was at its limit, there is room now
      events.ended(job, report, error);
    };
    this.settlements = new Settlements(this.gate, this.notes, quarantining, { ended, settled: events.settled });
    for (const name of names) this.open(name, quarantining);
    this.held = new HeldLeases(this.leased, redis);
    this.desk = new LeaseDesk(this.lines, this.workers, quarantining, this.settlements, events.quarantined);
  }

  start(): void {
    for (const queue of this.leased.values()) queue.start();
    this.gate.start();
    this.tidying.start();
  }

  /** Answers whoever waits; nobody is given a job any more. */
  drain(): void {
    for (const line of this.lines.values()) line.stop();
    this.desk.close();
  }

  async stop(): Promise<void> {
    this.drain();
    void this.tidying.stop();
    await Promise.all([...[...this.leased.values()].map((queue) => queue.stop()), this.gate.stop(), this.notes.settled()]);
  }

  /** @throws QueueError `unavailable` */
  async ask(asked: Asked): Promise<Given> {
    const given = await this.desk.ask(asked).catch((error: unknown) => {
      throw error instanceof QueueError ? error : toUnreadable(error);
    });
    for (const lease of given.leases) this.held.remember(lease);
    return given;
  }

  /** For an answer that did not reach its worker. */
  async takeBack(leases: readonly Lease[]): Promise<void> {
    await this.desk.takeBack(leases);
  }

  /** The worker was heard of. @returns whether it is wished to drain */
  async heard(worker: LeaseWorker, queues: readonly LeasedQueueName[]): Promise<boolean> {
    const draining = await this.workers.heard(worker, queues).catch((error: unknown) => {
      throw toUnreadable(error);
    });
    if (draining) this.desk.dismiss(worker.id);
    return draining;
  }

  /** Extends leases. @returns in the order given */
  async beat(tokens: readonly string[]): Promise<Beat[]> {
    const lost: Beat = { directive: 'lost' };
    const pulses = await this.held.extend(tokens);
    return Promise.all(pulses.map((pulse, index) => (pulse.state === 'lost' ? lost : this.toBeat(tokens[index] ?? '', pulse))));
  }

  /** The same for one, of whose worker nothing else is told. @throws QueueError `lease-lost` */
  async beatOne(token: string): Promise<{ readonly beat: Exclude<Beat, { directive: 'lost' }>; readonly draining: boolean }> {
    const [beat] = await this.beat([token]);
    if (!beat || beat.directive === 'lost') throw leaseLost();
    const worker = await this.held.workerOf(token);
    return { beat, draining: worker !== null && (await toLeaseError(this.workers.isWishedToDrain(worker))) };
  }

  async progress(token: string, value: number | object): Promise<void> {
    const { job } = await this.held.hold(token);
    await toLeaseError(job.updateProgress(value));
  }

  async log(token: string, lines: readonly string[]): Promise<void> {
    const { job } = await this.held.hold(token);
    for (const line of lines) await toLeaseError(this.logs.append(keyOf(job), line));
  }

  /**
   * Of a flow's parent, some at a time: each may have a result of 256 KiB.
   * @param from of how many that come before; `next` is where the next part begins
   */
  async childrenOf(token: string, from: number): Promise<{ readonly items: readonly ChildRecord[]; readonly next: number | null }> {
    const {
      job: { id = '', data },
    } = await this.held.hold(token);
    if (!data.flow) return { items: [], next: null };
    const next = from + CHILDREN_AT_ONCE;
    const items = await toLeaseError(this.children.read(id, data.flow, from, CHILDREN_AT_ONCE));
    return { items, next: next < (data.flow.children?.length ?? 0) ? next : null };
  }

  /** Of a lease that holds: the tenant whose job it is, and its id. */
  async ownerOf(token: string): Promise<{ readonly tenant: string; readonly jobId: string; readonly trace: JobTrace | undefined }> {
    const { job } = await this.held.hold(token);
    return { tenant: job.data.tenant, jobId: job.id ?? '', trace: traceOf(job) };
  }

  async complete(token: string, result: unknown): Promise<Settled> {
    const { job, secret } = await this.held.recall(token);
    return this.settlements.complete(job, secret, result);
  }

  /** Whatever a worker says of an attempt that was to stop, it ended because of that. */
  async fail(token: string, failure: LeaseFailure): Promise<Settled> {
    const { job, secret } = await this.held.hold(token);
    const reason = stopReasonOf(job);
    return this.settlements.fail(job, secret, reason ? stopped(reason, timeoutOf(job)) : toFailure(failure));
  }

  /** Gives the job back: another worker starts it, and no attempt is used up. */
  async release(token: string): Promise<Settled> {
    const { job, secret } = await this.held.hold(token);
    return this.settlements.release(job, secret);
  }

  private open(name: LeasedQueueName, quarantining: Quarantining): void {
    const { redis, patient, prefix, leaseMs, unreadableWaitMs, events, queues } = this.options;
    const queue = new LeasedQueue(name, redis, patient, prefix, leaseMs, {
      stalled: (jobId) => events.stalled(name, jobId),
      error: events.error,
    });
    const preparation = new Preparation(new Children(queues, redis), new ForeignJobs(redis, unreadableWaitMs, events.unreadable));
    const starts = new LeaseStarts(queue, redis, this.gate, preparation, quarantining, this.settlements);
    this.leased.set(name, queue);
    this.lines.set(name, new WaitingLine(name, starts));
  }

  /** A worker that was told to stop, and goes on, is not waited for: its attempt ends here. */
  private async toBeat(token: string, pulse: Pulse): Promise<Beat> {
    const expiresAt = Date.now() + this.options.leaseMs;
    if (pulse.state === 'held') return { directive: 'continue', expiresAt };
    if (pulse.state === 'told') return { directive: 'cancel', reason: pulse.reason, expiresAt };
    const { job, secret } = await this.held.read(token);
    if (pulse.state === 'overdue') await this.settlements.fail(job, secret, stopped(pulse.reason, timeoutOf(job)));
    return { directive: 'lost' };
  }

  private async tidy(): Promise<number> {
    await this.cancellations.pending().catch(() => undefined);
    return TIDY_MS;
  }
}

function stopReasonOf(job: WorkerJob): StopReason | undefined {
  if (job.deferredFailure === CANCELLED) return 'cancelled';
  return Date.now() >= (job.processedOn ?? 0) + timeoutOf(job) ? 'timeout' : undefined;
}

function toFailure({ error: { code, message }, retryable, retryAfterMs }: LeaseFailure): Failure {
  if (!retryable) return { kind: 'final', error: { code: code ?? 'final', message } };
  return { kind: 'retry', error: { code: code ?? 'handler-error', message }, retryAfterMs };
}
