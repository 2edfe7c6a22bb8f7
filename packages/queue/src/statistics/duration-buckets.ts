/**
 * Durations counted in buckets whose bounds grow by a constant factor, so that every percentile is known to within
 * `RELATIVE_ERROR` of its value, however long or short it is, and counts of many processes can be added up. It is the
 * logarithmic mapping of DDSketch (Masson, Rim, Lee: "DDSketch", VLDB 2019, section 2.1): the bucket i holds the values
 * in (γ^(i-1), γ^i], where γ = (1 + α) / (1 - α), and is told as 2γ^i / (γ + 1), which is at most α off.
 */
export const RELATIVE_ERROR = 0.02;

const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const PER_LN = 1 / Math.log(GAMMA);
/** 115 days; what took longer counts as this. */
const LONGEST_MS = 10 ** 10;
/** The first one is for what took less than a millisecond. */
export const BUCKETS = Math.ceil(Math.log(LONGEST_MS) * PER_LN) + 2;

/** @param ms a duration; one below zero, as of two clocks that disagree, counts as none */
export function bucketOf(ms: number): number {
  if (!(ms >= 1)) return 0;
  return 1 + Math.ceil(Math.log(Math.min(ms, LONGEST_MS)) * PER_LN);
}

/** The milliseconds that a bucket stands for. */
export function durationOf(bucket: number): number {
  return bucket === 0 ? 0 : (2 * GAMMA ** (bucket - 1)) / (GAMMA + 1);
}

/** Durations by bucket. */
export type Counts = ReadonlyMap<number, number>;

/** @returns milliseconds within `RELATIVE_ERROR` of the true mean; undefined where nothing was counted */
export function mean(counts: Counts): number | undefined {
  let [total, sum] = [0, 0];
  for (const [bucket, count] of counts) {
    total += count;
    sum += count * durationOf(bucket);
  }
  return total === 0 ? undefined : sum / total;
}

/**
 * The nearest-rank percentile: the smallest duration that at least the share `q` of all does not exceed.
 * @param q in (0, 1]
 * @returns milliseconds within `RELATIVE_ERROR` of the true one, 0 for one below a millisecond; undefined where nothing was counted
 */
export function percentile(counts: Counts, q: number): number | undefined {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  let left = Math.ceil(total * q);
  for (const [bucket, count] of [...counts].sort(([a], [b]) => a - b)) {
    left -= count;
    if (left <= 0) return durationOf(bucket);
  }
  return undefined;
}
