import { FinalError } from '@dts/jobs';
import { CRASHES_TOLERATED, type Starts } from '../attempts/starts.js';
import { keyOf, type WorkerJob } from '../attempts/worker-job.js';
import type { RedisClient } from '../connection.js';

/** In the job's own hash: starts of a suspect that ran alone in its worker, and are not known to have ended; and how often it was put off. */
const ALONE = 'dts:alone';
const PUT_OFFS = 'dts:put-offs';

/** A second each: where no worker is ever idle, a suspect runs beside others after that, or it would never run. */
const MOST_PUT_OFFS = 30;

/**
 * Jobs that may have crashed their workers, as of Starts, run alone: in a worker that holds nothing else. One that crashes as many
 * workers again while it was alone in them is to blame.
 */
export class Quarantining {
  constructor(
    private readonly redis: RedisClient,
    private readonly starts: Starts,
  ) {}

  /** @returns how often it may have crashed its worker; @throws FinalError `crashed-its-worker` */
  async begin(job: WorkerJob): Promise<number> {
    const crashes = await this.starts.begin(job);
    if (crashes >= CRASHES_TOLERATED && Number(await this.redis.hget(keyOf(job), ALONE)) >= CRASHES_TOLERATED) {
      throw new FinalError(
        'crashed-its-worker',
        `The job ended its worker again and again, ${CRASHES_TOLERATED} times while it ran alone.`,
      );
    }
    return crashes;
  }

  /** It runs alone. Its hash is there, as its lease is. */
  async beginAlone(job: WorkerJob): Promise<void> {
    await this.redis.hincrby(keyOf(job), ALONE, 1);
  }

  /** The start was none: nobody was given the job. */
  async takeBack(job: WorkerJob): Promise<void> {
    await this.starts.end(job);
  }

  /** Whether it may be put off once more, rather than run beside others. */
  async putOff(job: WorkerJob): Promise<boolean> {
    return (await this.redis.hincrby(keyOf(job), PUT_OFFS, 1)) <= MOST_PUT_OFFS;
  }

  /** The start has ended without a crash, and the job may start again. */
  async end(job: WorkerJob): Promise<void> {
    if (job.stalledCounter === 0) return;
    await this.starts.end(job);
    if (await this.redis.hexists(keyOf(job), ALONE)) await this.redis.hdel(keyOf(job), ALONE, PUT_OFFS);
  }
}

/** Whether a job is to run alone. @param crashes as of `begin` */
export function isSuspect(crashes: number): boolean {
  return crashes >= CRASHES_TOLERATED;
}
