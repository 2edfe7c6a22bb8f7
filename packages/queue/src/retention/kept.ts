/**
 * How long jobs are kept that have ended well or early, and how many of them in each queue: of those that completed, of those that
 * were cancelled and of those that have expired. Dead ones are kept until somebody decides.
 */
export const KEPT = { ageMs: 24 * 3_600_000, count: 100_000 } as const;
