/**
 * The line of a queue: BullMQ's sorted set of prioritized jobs, from which workers fetch the lowest score first. Scores
 * tell three kinds apart:
 *
 * - below `RANKED_FROM`: priorities 2 to 10 of jobs that were stored before there was fairness
 * - from there on: jobs with a place, see `ranking.ts`
 * - from `ARRIVALS_FROM` on: arrivals without a place yet, in the order in which they came
 *
 * BullMQ scores priority p from p * 2^32 on, so jobs arrive by having its lowest priority. They keep it: whatever brings
 * a job back (a delay that is over, a retry, children that have ended) lets it arrive anew.
 */
export const ARRIVAL_PRIORITY = 2 ** 21 - 1;

const SCORES_PER_PRIORITY = 2 ** 32;

export const RANKED_FROM = 16 * SCORES_PER_PRIORITY;

export const ARRIVALS_FROM = ARRIVAL_PRIORITY * SCORES_PER_PRIORITY;
