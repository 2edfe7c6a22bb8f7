/** What the page is told by server-sent events. Times are Unix milliseconds, durations milliseconds. */

/** A queue as it is now; rates and waits are of the last 10 to 20 seconds. */
export interface QueueNow {
  readonly name: string;
  readonly paused: boolean;
  readonly waiting: number;
  readonly scheduled: number;
  readonly active: number;
  readonly dead: number;
  readonly oldestWaitingMs: number | null;
  readonly arrivalsPerSecond: number;
  readonly completionsPerSecond: number;
  readonly failuresPerSecond: number;
  /** Null where no attempt ended. */
  readonly waitMs: { readonly p50: number; readonly p99: number } | null;
  readonly workers: number;
  readonly slots: number;
  readonly busy: number;
}

export interface Moment {
  readonly at: number;
  readonly queues: readonly QueueNow[];
}

export interface WorkerNow {
  readonly id: string;
  readonly queues: readonly { readonly name: string; readonly slots: number; readonly busy: number }[];
  readonly memoryBytes: number;
  readonly eventLoopDelayMs: number;
  readonly startedAt: number;
  readonly draining: boolean;
}

export interface Decision {
  readonly id: string;
  readonly pool: string;
  readonly at: number;
  /** Null where it is not known. */
  readonly current: number | null;
  readonly desired: number | null;
  readonly reason: string;
}

export interface DeadLetter {
  readonly id: string;
  readonly queue: string;
  readonly name: string;
  readonly tenant: string;
  readonly attempts: number;
  readonly diedAt: number | null;
  readonly code: string;
  readonly message: string;
}

/** The event `opening`, once: what was before. */
export interface Opening {
  /** Whoever reads may change things, too. */
  readonly mayWrite: boolean;
  readonly history: readonly Moment[];
}

/** The event `news`, every two seconds. */
export interface News {
  readonly moment: Moment;
  readonly workers: readonly WorkerNow[];
  /** Those that were not told before. */
  readonly decisions: readonly Decision[];
  /** Those that died last. */
  readonly deadLetters: readonly DeadLetter[];
}

/** The event `trouble`, in place of news that there are none of. */
export interface Trouble {
  readonly problem: string;
}
