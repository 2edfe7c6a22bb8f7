import { QUEUE_NAMES, type QueueName } from '@dts/jobs';
import { BUCKETS, bucketOf } from './duration-buckets.js';

/** How an attempt ended, as far as statistics tell: neither done nor failed where it was cancelled or handed back. */
export type Ending = 'completed' | 'failed' | 'other';

/** Increments by field of a slice: `a`, `c`, `f` for arrivals, completions, failures; `w` and `r` with a bucket for waits and runs. */
export type Increments = ReadonlyMap<string, number>;

/** What one process has seen of one queue since it was last asked. */
class QueueCounts {
  arrived = 0;
  completed = 0;
  failed = 0;
  readonly waits = new Uint32Array(BUCKETS);
  readonly runs = new Uint32Array(BUCKETS);

  toIncrements(): Increments {
    const fields: [string, number][] = [
      ['a', this.arrived],
      ['c', this.completed],
      ['f', this.failed],
    ];
    for (const [bucket, count] of this.waits.entries()) fields.push([`w${bucket}`, count]);
    for (const [bucket, count] of this.runs.entries()) fields.push([`r${bucket}`, count]);
    return new Map(fields.filter(([, count]) => count > 0));
  }
}

/**
 * Counts in this process: a few additions for each job, and nothing is sent. What has been counted is taken from here
 * and added up in Redis every now and then; a crash loses what was counted since, and never a job.
 */
export class QueueCounters {
  private counts = new Map<QueueName, QueueCounts>();

  /** Jobs that were newly stored. */
  arrived(queue: QueueName, jobs = 1): void {
    this.of(queue).arrived += jobs;
  }

  /** @param queue any name: what is none of ours is not counted */
  ended(queue: string, ending: Ending, waitMs: number | undefined, runMs: number): void {
    if (!isQueueName(queue)) return;
    const counts = this.of(queue);
    if (ending === 'completed') counts.completed++;
    if (ending === 'failed') counts.failed++;
    if (waitMs !== undefined) increment(counts.waits, bucketOf(waitMs));
    increment(counts.runs, bucketOf(runMs));
  }

  /** All since the last time, of the queues for which there is something. */
  take(): ReadonlyMap<QueueName, Increments> {
    const taken = this.counts;
    this.counts = new Map();
    return new Map([...taken].map(([queue, counts]) => [queue, counts.toIncrements()]));
  }

  private of(queue: QueueName): QueueCounts {
    const known = this.counts.get(queue);
    if (known) return known;
    const counts = new QueueCounts();
    this.counts.set(queue, counts);
    return counts;
  }
}

function increment(counts: Uint32Array, bucket: number): void {
  counts[bucket] = (counts[bucket] ?? 0) + 1;
}

function isQueueName(name: string): name is QueueName {
  return (QUEUE_NAMES as string[]).includes(name);
}
