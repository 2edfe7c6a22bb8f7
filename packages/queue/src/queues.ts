import { QUEUE_NAMES, type QueueName } from '@dts/jobs';
import { Queue, type Telemetry } from 'bullmq';
import type { RedisClient } from './connection.js';
import type { JobData } from './job-data.js';

export type JobQueue = Queue<JobData, unknown, string>;
export type Queues = Readonly<Record<QueueName, JobQueue>>;

/** Entries kept in a queue's event stream: results travel in it, so it is kept short. */
const EVENTS_KEPT = 1_000;

/**
 * Opens every queue on one connection, which stays the caller's to close.
 * @param telemetry of a process that traces
 * Both skips are needed to start while Redis is down: with either check the queue would go on failing after Redis is back.
 */
export function openQueues(redis: RedisClient, prefix: string, onError: (error: Error) => void, telemetry?: Telemetry): Queues {
  const open = (name: QueueName): [QueueName, JobQueue] => {
    const queue: JobQueue = new Queue(name, {
      connection: redis,
      prefix,
      skipWaitingForReady: true,
      skipVersionCheck: true,
      skipMetasUpdate: true,
      ...(telemetry && { telemetry }),
    });
    queue.on('error', () => {}); // the connection's, whose owner hears of it already
    return [name, queue];
  };
  const queues = Object.fromEntries(QUEUE_NAMES.map(open)) as Record<QueueName, JobQueue>;
  keepEventsShort(redis, queues, onError);
  return queues;
}

/**
 * A queue writes its settings once, when it is opened, and lets a failure pass: without a connection yet they would never
 * be written. So it is done here, at every connection, for a Redis that was emptied in between, too.
 */
function keepEventsShort(redis: RedisClient, queues: Queues, onError: (error: Error) => void): void {
  const write = () => {
    for (const queue of Object.values<JobQueue>(queues)) {
      redis.hset(queue.toKey('meta'), 'opts.maxLenEvents', EVENTS_KEPT).catch(onError);
    }
  };
  if (redis.status === 'ready') write();
  redis.on('ready', write);
}
