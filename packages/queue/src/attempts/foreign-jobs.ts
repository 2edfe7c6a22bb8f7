import { DelayedError } from 'bullmq';
import { z } from 'zod';
import type { RedisClient } from '../connection.js';
import { keyOf, type WorkerJob } from './worker-job.js';

/** In the job's own hash: since when those who fetched it could not read it, in Unix milliseconds. */
const FIELD = 'dts:unread-since';

/** Not for a job that is gone: its hash must not come back. */
const NOTE = `if redis.call('EXISTS', KEYS[1]) == 0 then return ARGV[1] end
redis.call('HSETNX', KEYS[1], '${FIELD}', ARGV[1]) return redis.call('HGET', KEYS[1], '${FIELD}')`;

/** Milliseconds until it is looked at again: as long as it has waited so far, within these. */
const SHORTEST_MS = 100;
const LONGEST_MS = 5_000;

/** The part of the environment of every app that starts attempts. */
export const foreignJobsEnvShape = {
  /**
   * Milliseconds that a job waits for a worker of another version, where this one knows no such job type or its payload does not fit. It is
   * dead then. 0 for not at all.
   */
  UNREADABLE_WAIT: z.coerce.number().int().min(0).max(604_800_000).default(3_600_000),
};

/**
 * Jobs that this version cannot read. Whoever stored them could, so a worker of that version will come along, or was here before it was
 * rolled back: they are put off, no attempt used up, and keep their place in the lanes that they have entered.
 */
export class ForeignJobs {
  /** @param patienceMs how long they are put off, in all */
  constructor(
    private readonly redis: RedisClient,
    private readonly patienceMs: number,
    private readonly tell: (job: WorkerJob, reason: string) => void,
  ) {}

  /** Returns when the job has waited long enough, or is not to wait. @param reason why it cannot be read @throws DelayedError once it is put off */
  async putOff(job: WorkerJob, token: string, reason: string): Promise<void> {
    if (this.patienceMs === 0) return;
    const now = Date.now();
    const waited = now - Number(await this.redis.eval(NOTE, 1, keyOf(job), now));
    if (waited >= this.patienceMs) {
      await this.redis.hdel(keyOf(job), FIELD); // a redrive waits anew
      return;
    }
    const wait = Math.min(Math.max(waited, SHORTEST_MS), LONGEST_MS, this.patienceMs - waited);
    await job.moveToDelayed(now + wait, token);
    this.tell(job, reason);
    throw new DelayedError();
  }
}
