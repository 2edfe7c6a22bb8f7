import type { LeasedQueueName } from '@dts/jobs';
import { Job, QueueBase, Worker } from 'bullmq';
import type { WorkerJob } from '../attempts/worker-job.js';
import { workerOptions } from '../attempts/worker-options.js';
import type { RedisClient } from '../connection.js';
import type { JobData } from '../job-data.js';
import { newSecret } from './lease-token.js';
import type { Empty } from './waiting-line.js';

/** Seconds for which one wait for jobs lasts at most: what was missed is found after it. */
const WAIT_S = 5;

/** A job that was fetched. */
export interface FetchedJob {
  readonly job: WorkerJob;
  /** The token of its lock. */
  readonly secret: string;
  /** Bytes of its data as JSON. */
  readonly size: number;
  readonly empty?: undefined;
}

/** Or why there was none. */
type Fetched = FetchedJob | { readonly job?: undefined; readonly empty: NonNullable<Empty> };

/**
 * BullMQ's side of one leased queue, worked by hand. Jobs are moved on a connection that fails fast, as somebody waits for the
 * answer; one blocking connection, which is patient, waits for jobs however many workers do; and jobs whose leases were not
 * extended are taken back as a crashed worker's are.
 */
export class LeasedQueue {
  private readonly moves: QueueBase;
  private readonly watch: Worker<JobData, unknown, string>;

  /**
   * @param redis fails fast
   * @param patient waits for Redis however long it takes
   */
  constructor(
    readonly name: LeasedQueueName,
    private readonly redis: RedisClient,
    patient: RedisClient,
    prefix: string,
    readonly leaseMs: number,
    events: { readonly stalled: (jobId: string) => void; readonly error: (error: Error) => void },
  ) {
    const options = { skipWaitingForReady: true, skipVersionCheck: true };
    this.moves = new QueueBase(name, { ...workerOptions(redis, prefix, '', leaseMs), ...options });
    this.moves.on('error', () => undefined); // the connection's, whose owner hears of it already
    this.watch = new Worker<JobData, unknown, string>(name, null, { ...workerOptions(patient, prefix, '', leaseMs), ...options });
    this.watch.on('error', events.error);
    this.watch.on('stalled', (jobId) => events.stalled(jobId));
  }

  start(): void {
    void this.watch.startStalledCheckTimer();
  }

  async stop(): Promise<void> {
    await this.watch.close(true);
  }

  keyOf(jobId: string): string {
    return this.moves.toKey(jobId);
  }

  /** One job for a worker, locked. */
  async fetch(worker: string): Promise<Fetched> {
    const secret = newSecret();
    const [data, id, heldMs, dueAt] = await this.moves.backend.moveToActive(secret, worker);
    if (data) return { job: Job.fromJSON<JobData, unknown>(this.moves, data, id), secret, size: Buffer.byteLength(data.data) };
    return { empty: { ...(heldMs > 0 && { heldUntil: Date.now() + heldMs }), ...(dueAt > 0 && { dueAt }) } };
  }

  /** A job as it is stored now, to be moved with the token of its lock. */
  async read(jobId: string): Promise<WorkerJob | undefined> {
    return Job.fromId<JobData, unknown>(this.moves, jobId);
  }

  /** Resolves when there may be a job to fetch, or after a while; whether somebody was to be woken. */
  async wait(): Promise<boolean> {
    return (await this.watch.backend.waitForJob(WAIT_S)) !== null;
  }

  /** Wakes another gateway, where this one was woken and has nobody who waits any more. */
  async passOn(): Promise<void> {
    await this.redis.zadd(this.moves.toKey('marker'), 0, '0');
  }
}
