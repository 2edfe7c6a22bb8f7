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
}

export const QUEUES = {
  io: { description: 'Waits on other services; many at once', concurrency: 500, sandboxed: false },
  'rate-limited': { description: 'Talks to services that want to be called gently', concurrency: 10, sandboxed: false },
  cpu: { description: 'Computes; one a core', concurrency: 2, sandboxed: true },
} as const satisfies Record<string, QueueDefinition>;

export type QueueName = keyof typeof QUEUES;

export const QUEUE_NAMES = Object.keys(QUEUES) as QueueName[];
