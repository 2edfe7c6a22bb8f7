/** Where BullMQ keeps a queue's jobs, each under `<prefix>:<queue>:<state>`. A job belongs to exactly one. */
export const STATES = {
  wait: 'list',
  paused: 'list',
  active: 'list',
  prioritized: 'zset',
  delayed: 'zset',
  'waiting-children': 'zset',
  completed: 'zset',
  failed: 'zset',
} as const;

export type State = keyof typeof STATES;

export const STATE_NAMES = Object.keys(STATES) as State[];

/** One job as Redis has it, whole or not. */
export interface StoredJob {
  readonly id: string;
  /** One, when all is well. */
  readonly states: readonly State[];
  /** Whether the job itself is there, not only its id in a set. */
  readonly hasHash: boolean;
  readonly attemptsMade: number;
  /** How often a worker fetched it. */
  readonly fetches: number;
  /** How often it was taken back from a worker that went silent. */
  readonly stalls: number;
  /** The submission's own key: what stands last in the URL that the job calls. */
  readonly key: string | undefined;
  /** Code of its last failed attempt. */
  readonly lastError: string | undefined;
}
