/** How much is measured. */
export interface Plan {
  readonly name: 'full' | 'quick';
  /** Turns of each contender. Odd, so that a median is a round that was run. */
  readonly rounds: number;
  /** Of one turn, where a workload goes by time. */
  readonly seconds: number;
  /** Before the first turn of each contender; not counted. */
  readonly warmUpSeconds: number;
}

export const FULL: Plan = { name: 'full', rounds: 5, seconds: 6, warmUpSeconds: 5 };
export const QUICK: Plan = { name: 'quick', rounds: 3, seconds: 1.5, warmUpSeconds: 3 };
