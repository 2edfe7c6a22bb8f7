/** How large and how long the scenarios are. */
export interface Profile {
  readonly name: 'quick' | 'full';
  readonly clients: number;
  /** Submissions a second in all clients together, at most. */
  readonly perSecond: number;
  /** Submissions a second of a load that nothing may slow down. */
  readonly steady: number;
  /** Submissions in batches where the load is the point: in all, and a second at most. */
  readonly bulk: { readonly total: number; readonly perSecond: number };
  /** Milliseconds of load before a fault, at least and at most: chance picks the moment. */
  readonly before: readonly [low: number, high: number];
  /** Milliseconds of load after the last fault. */
  readonly after: number;
  /** Faults in a row, where one scenario injects several. */
  readonly rounds: number;
  /** Milliseconds of the workers' locks. */
  readonly lockMs: number;
  /** Milliseconds of an outage of Redis. */
  readonly outageMs: number;
  /** Jobs that run while a fault comes, where running jobs are the point. */
  readonly held: number;
  /** Milliseconds that a backlog may take to drain. */
  readonly drainMs: number;
}

export const QUICK: Profile = {
  name: 'quick',
  clients: 32,
  perSecond: 300,
  steady: 100,
  bulk: { total: 2_000, perSecond: 300 },
  before: [1_000, 2_000],
  after: 1_000,
  rounds: 2,
  lockMs: 2_000,
  outageMs: 5_000,
  held: 100,
  drainMs: 30_000,
};

export const FULL: Profile = {
  name: 'full',
  clients: 64,
  perSecond: 400,
  steady: 500,
  bulk: { total: 60_000, perSecond: 3_000 },
  before: [2_000, 4_000],
  after: 3_000,
  rounds: 4,
  lockMs: 12_000,
  outageMs: 5_000,
  held: 10_000,
  drainMs: 180_000,
};
