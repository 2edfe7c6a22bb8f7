/** A number at a time, in milliseconds since the epoch. */
export interface Sample {
  readonly at: number;
  readonly value: number;
}

/** What decisions remember of those before. Plain JSON, so that a successor can go on from it. */
export interface PoolState {
  /** What the target was last seen set to; null before the first time. */
  readonly replicas: number | null;
  /** The most that was asked for lately; see `sliding-extreme.ts`. */
  readonly wishes: readonly Sample[];
  /** The most that the target was set to lately. */
  readonly highs: readonly Sample[];
  /** The fewest that the target was set to lately. */
  readonly lows: readonly Sample[];
  /** By queue, the age of the oldest waiting job when that was last noted. */
  readonly ages: Readonly<Record<string, Sample>>;
}

/** Of a pool that nothing has been decided for: it takes no worker away before it has watched for the stabilization window. */
export function initialState(): PoolState {
  return { replicas: null, wishes: [], highs: [], lows: [], ages: {} };
}
