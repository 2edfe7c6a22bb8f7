import type { Kind } from './contender.js';
import type { Outcome } from './outcome.js';

/** At most this share of a rival's late jobs. */
const GOAL = 0.5;

/** Which setting of a rival it is: an operator may set it by the book, for our price, or for the fewest late jobs whatever they cost. */
export type Choice = 'by the book' | 'at our price' | 'most punctual';

export interface Match {
  readonly choice: Choice;
  /** Null where the rival has no setting for our price. */
  readonly rival: Outcome | null;
  /** Half the late jobs at most, at no more worker-minutes. */
  readonly isWon: boolean;
}

export function outcomeOf(outcomes: readonly Outcome[], kind: Kind): Outcome {
  const found = outcomes.find((outcome) => outcome.kind === kind);
  if (!found) throw new Error(`${kind} has not played`);
  return found;
}

/** Ours against a rival in its best settings. */
export function judge(outcomes: readonly Outcome[], kind: 'hpa' | 'keda'): Match[] {
  const ours = outcomeOf(outcomes, 'dts');
  const settings = outcomes.filter((outcome) => outcome.kind === kind);
  const affordable = settings.filter(({ workerMinutes }) => workerMinutes <= ours.workerMinutes);
  const match = (choice: Choice, rival: Outcome | undefined): Match => ({
    choice,
    rival: rival ?? null,
    isWon: !rival || beats(ours, rival),
  });
  return [
    match(
      'by the book',
      settings.find(({ isDocumented }) => isDocumented),
    ),
    {
      ...match('at our price', mostPunctual(affordable)),
      isWon: affordable.every((rival) => (rival.late > 0 ? isFarMorePunctual(ours, rival) : beats(ours, rival))),
    },
    match('most punctual', mostPunctual(settings)),
  ];
}

/** The fewest late jobs, then the fewest worker-minutes. */
function mostPunctual(outcomes: readonly Outcome[]): Outcome | undefined {
  return outcomes.toSorted((one, other) => one.late - other.late || one.workerMinutes - other.workerMinutes)[0];
}

function beats(ours: Outcome, rival: Outcome): boolean {
  return isFarMorePunctual(ours, rival) && ours.workerMinutes <= rival.workerMinutes;
}

/** Where nobody is late there is nothing to halve, so the price alone counts: see `beats`. */
function isFarMorePunctual(ours: Outcome, rival: Outcome): boolean {
  return ours.late <= GOAL * rival.late && ours.lateSeconds <= GOAL * rival.lateSeconds;
}
