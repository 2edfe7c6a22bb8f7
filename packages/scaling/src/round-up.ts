/** Less than that of a worker is the noise of the arithmetic: 3.0000000000000004 workers are 3. */
const NOISE = 1e-9;

/** Whole workers for a need in fractions of one. */
export function roundUp(workers: number): number {
  // Not -0, which JSON and comparisons in tests tell from 0.
  return Math.max(0, Math.ceil(workers - NOISE));
}
