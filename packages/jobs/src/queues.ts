/**
 * Queues are classes of work, not job types: a worker pool and its scaling policy belong to a queue,
 * so jobs that compete for the same resource share one.
 */
export interface QueueDefinition {
  readonly description: string;
  /** Jobs one worker process runs at once, unless its environment says otherwise. */
  readonly concurrency: number;
  /** Run off the event loop, in worker threads: a blocked loop cannot renew the locks of its jobs. */
  readonly sandboxed: boolean;
  /** Its jobs are handled elsewhere: workers in any language lease them from the gateway, and no worker of ours fetches them. */
  readonly leased: boolean;
}

export const QUEUES = {
  io: { description: 'Waits on other services; many at once', concurrency: 500, sandboxed: false, leased: false },
  'rate-limited': { description: 'Talks to services that want to be called gently', concurrency: 10, sandboxed: false, leased: false },
  cpu: { description: 'Computes; one a core', concurrency: 2, sandboxed: true, leased: false },
  external: { description: 'Handled elsewhere, in any language, by workers that lease', concurrency: 16, sandboxed: false, leased: true },
} as const satisfies Record<string, QueueDefinition>;

export type QueueName = keyof typeof QUEUES;

export const QUEUE_NAMES = Object.keys(QUEUES) as QueueName[];

/** Queues whose jobs are leased. */
export type LeasedQueueName = { [Name in QueueName]: (typeof QUEUES)[Name]['leased'] extends true ? Name : never }[QueueName];

export function isLeased(queue: QueueName): queue is LeasedQueueName {
  return QUEUES[queue].leased;
}

/** Queues that are served by workers of ours. */
export const SERVED_QUEUE_NAMES = QUEUE_NAMES.filter((queue) => !isLeased(queue));
