import { setTimeout as delay } from 'node:timers/promises';
import type { RedisClient } from '../connection.js';
import { QueueError } from '../errors.js';
import type { JobClient } from '../job-client.js';
import { queueOfJobId } from '../job-id.js';
import type { JobWatcher } from '../job-watcher.js';
import type { Queues } from '../queues.js';
import { WakeUp } from '../wake-up.js';
import { Following, type FollowingParts, type Looked, type Notice } from './following.js';
import type { Told } from './told.js';

/** Milliseconds between two looks at least, however fast a job changes. */
const PACE_MS = 100;
/** And at most. Nobody calls for a line of a log, nor for a change whose event a burst has pushed out of the short stream. */
const RECHECK_MS = { running: 1_000, other: 5_000 };

/**
 * Follows jobs. It goes by the job itself, which keeps its history, and not by the queue's events, of which a busy queue
 * keeps less than a second: they only call for a look. So whoever goes on later, at whichever gateway, misses nothing.
 */
export class JobFollower {
  private readonly parts: FollowingParts;

  constructor(
    private readonly queues: Queues,
    jobs: JobClient,
    redis: RedisClient,
    private readonly watcher: JobWatcher,
  ) {
    this.parts = { jobs, redis };
  }

  /**
   * What becomes of a job until it has ended, is gone, or `signal` aborts. Undefined is told now and then while there is nothing
   * new. Nothing is read ahead of whoever takes it.
   * @param told where to go on; unless given, what the job is now comes first
   */
  async *follow(id: string, told: Told | undefined, signal: AbortSignal): AsyncGenerator<Notice | undefined, void> {
    const queue = queueOfJobId(id);
    if (queue === undefined) return;
    const following = new Following(this.parts, this.queues[queue], id, told);
    const wakeUp = new WakeUp(signal);
    const stop = this.watcher.listen(id, wakeUp.call);
    try {
      while (!signal.aborted) {
        const lookedAt = performance.now();
        const looked = yield* lookThroughOutage(following);
        if (looked === 'ended') return;
        if (looked === 'behind') continue;
        yield undefined;
        await wakeUp.next(following.isRunning ? RECHECK_MS.running : RECHECK_MS.other);
        await pause(lookedAt + PACE_MS - performance.now(), signal);
      }
    } finally {
      stop();
      wakeUp.dispose();
    }
  }
}

/** A Redis that is away for a moment is no reason to stop; a job that is gone is. */
async function* lookThroughOutage(following: Following): AsyncGenerator<Notice, Looked> {
  try {
    return yield* following.look();
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    return error.code === 'job-not-found' ? 'ended' : 'quiet';
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await delay(ms, undefined, { signal }).catch(() => undefined);
}
