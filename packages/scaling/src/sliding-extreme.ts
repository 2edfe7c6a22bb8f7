/** A number at a time, in milliseconds since the epoch. */
export interface Sample {
  readonly at: number;
  readonly value: number;
}

/**
 * The highest, or the lowest, value within a window that moves with time, as a monotonic queue (Lemire: "Streaming
 * maximum-minimum filter using no more than three comparisons per element", 2006): a sample goes once a later one is as
 * extreme, so the extreme stands first and there are never more samples than different values.
 */
export type Extreme = 'highest' | 'lowest';

/** The samples of the window that ends with `latest`, which is one of them. */
export function note(extreme: Extreme, samples: readonly Sample[], latest: Sample, windowMs: number): Sample[] {
  const kept = samples
    // A clock that was set back must not keep a sample until it has caught up.
    .map(({ at, value }) => ({ at: Math.min(at, latest.at), value }))
    .filter(({ at, value }) => at > latest.at - windowMs && (extreme === 'highest' ? value > latest.value : value < latest.value));
  return [...kept, latest];
}

/** Of samples that `note` gave; `otherwise` where there are none. */
export function extremeOf(samples: readonly Sample[], otherwise: number): number {
  return samples[0]?.value ?? otherwise;
}
