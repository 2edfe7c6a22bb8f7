import type { RedisClient } from '../connection.js';
import { keyOf, type WorkerJob } from './worker-job.js';

/** A job that may have crashed its worker this often is not let near a worker's other jobs any more. */
export const CRASHES_TOLERATED = 3;

/** In the job's own hash, so that it goes when the job does. Starts of a job that stalled before, and are not known to have ended. */
const FIELD = 'dts:starts';

/** Not for a job that is gone: its hash must not come back. */
const ADD = `if redis.call('EXISTS', KEYS[1]) == 1 then return redis.call('HINCRBY', KEYS[1], '${FIELD}', ARGV[1]) end return 0`;

/**
 * Counts how often a job may have crashed its worker. A job that never stalled has not, and costs nothing. Of one that
 * did, the starts are counted and, when they end by themselves, taken back. Its first stall was of a start that nobody
 * counted, or of a fetch whose reply was lost: it is taken for a crash, which it may do no harm to be, because the count
 * leads into quarantine and never to a verdict.
 */
export class Starts {
  constructor(private readonly redis: RedisClient) {}

  /** @returns how often the job may have crashed its worker before this start */
  async begin(job: WorkerJob): Promise<number> {
    return job.stalledCounter === 0 ? 0 : this.add(job, 1);
  }

  /** The start has ended without a crash, and the job may start again. */
  async end(job: WorkerJob): Promise<void> {
    if (job.stalledCounter > 0) await this.add(job, -1);
  }

  private async add(job: WorkerJob, change: 1 | -1): Promise<number> {
    return Number(await this.redis.eval(ADD, 1, keyOf(job), change));
  }
}
