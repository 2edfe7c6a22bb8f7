/** Of a set of durations, in milliseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** By nearest rank: each figure is one that was measured. Undefined for no durations at all. */
export function percentiles(durations: ArrayLike<number>): Percentiles | undefined {
  if (durations.length === 0) return undefined;
  const sorted = Float64Array.from(durations).sort();
  const at = (percent: number) => sorted[Math.ceil((percent / 100) * sorted.length) - 1] as number;
  return { p50: at(50), p95: at(95), p99: at(99), max: at(100) };
}
