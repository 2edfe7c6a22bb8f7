import { type Summary, summarize } from './summary.js';
import type { Goal, Round } from './workload.js';

/** `unknown`: a contender was absent. `far`: below half of what it must be. */
export type Verdict = 'aim' | 'must' | 'missed' | 'far' | 'unknown';

export interface Judgement {
  readonly goal: Goal;
  readonly values: readonly number[];
  readonly summary?: Summary;
  readonly verdict: Verdict;
}

/** What CI fails at: noise does not halve a figure. */
const FAR = 2;

/** Reads a metric of one contender, round by round. */
export function figure(key: string, contender: string): Goal['read'] {
  return (rounds) => rounds.map((round) => read(round, contender, key));
}

/** Reads a metric of one contender over that of another. Both are of the same round, so that what changes between rounds falls out. */
export function ratio(key: string, contender: string, peer: string): Goal['read'] {
  return (rounds) => rounds.map((round) => read(round, contender, key) / read(round, peer, key));
}

function read(round: Round, contender: string, key: string): number {
  return round[contender]?.[key] ?? Number.NaN;
}

export function judge(goal: Goal, rounds: readonly Round[]): Judgement {
  const values = goal.read(rounds).filter((value) => Number.isFinite(value));
  if (values.length === 0) return { goal, values, verdict: 'unknown' };
  const summary = summarize(values);
  return { goal, values, summary, verdict: verdictOn(goal, summary.median) };
}

function verdictOn({ better, must, aim }: Goal, value: number): Verdict {
  const reaches = (bound: number) => (better === 'higher' ? value >= bound : value <= bound);
  if (aim !== undefined && reaches(aim)) return 'aim';
  if (reaches(must)) return 'must';
  return reaches(better === 'higher' ? must / FAR : must * FAR) ? 'missed' : 'far';
}
