import type { QueueName } from '@dts/jobs';
import type { RedisClient } from '../connection.js';
import { type JobRecord, type JobState, type StoredJob, toJobRecord } from '../job-record.js';
import type { Queues } from '../queues.js';
import { Script } from '../script.js';

/** How a job of BullMQ's failed set may have ended, unless it is dead. */
export const EARLY_ENDS = ['cancelled', 'expired'] as const;
export type EarlyEnd = (typeof EARLY_ENDS)[number];

/** What the failed set of a queue holds. */
export type EndCounts = Readonly<Record<'dead' | EarlyEnd, number>>;

type Ended = Pick<JobRecord, 'id' | 'state' | 'finishedAt'>;

/** As long as the job has not been retried since. KEYS: failed, cancelled, expired. ARGV: of each job id, end, and which of the sets. */
const NOTE = new Script(
  `
for at = 1, #ARGV, 3 do
  local id, ended, set = ARGV[at], ARGV[at + 1], KEYS[tonumber(ARGV[at + 2])]
  local score = redis.call('ZSCORE', KEYS[1], id)
  if score and tonumber(score) == tonumber(ended) then redis.call('ZADD', set, 'NX', ended, id) end
end`,
  3,
);

/** At one moment. KEYS: the sets. */
const COUNT = new Script(`return { redis.call('ZCARD', KEYS[1]), redis.call('ZCARD', KEYS[2]), redis.call('ZCARD', KEYS[3]) }`, 3);

/**
 * Which jobs of the failed sets were cancelled or have expired, by when they ended: a set of each beside BullMQ's own. Workers note
 * them as soon as they end, Retention whatever a worker did not live to note; who lets a job start anew, or removes it, takes it out
 * in the same step.
 */
export class EarlyEnds {
  constructor(
    private readonly queues: Queues,
    private readonly redis: RedisClient,
  ) {}

  /** Of a job that has just failed in a worker, whether or not it ended thereby. */
  async noteFailed(queue: QueueName, job: StoredJob): Promise<void> {
    if (job.finishedOn !== undefined) await this.note(queue, [toJobRecord(job, queue, 'failed')]);
  }

  /** Those of the jobs that ended early. */
  async note(queue: QueueName, jobs: readonly Ended[]): Promise<void> {
    const values = jobs.flatMap(({ id, state, finishedAt }) => (isEarly(state) ? [id, Number(finishedAt), PLACES[state]] : []));
    if (values.length > 0) await NOTE.run(this.redis, ...this.keys(queue), ...values);
  }

  async count(queue: QueueName): Promise<EndCounts> {
    const [failed, cancelled, expired] = (await COUNT.run(this.redis, ...this.keys(queue))) as [number, number, number];
    return { dead: Math.max(0, failed - cancelled - expired), cancelled, expired };
  }

  keyOf(queue: QueueName, state: EarlyEnd): string {
    return this.queues[queue].toKey(state);
  }

  private keys(queue: QueueName): string[] {
    return ['failed', ...EARLY_ENDS].map((set) => this.queues[queue].toKey(set));
  }
}

/** Which of a script's keys is theirs. */
const PLACES = { cancelled: 2, expired: 3 } as const satisfies Record<EarlyEnd, number>;

function isEarly(state: JobState): state is EarlyEnd {
  return state === 'cancelled' || state === 'expired';
}
