import type { Plan } from './plan.js';

/** What is read off one round; every contender of a workload has the same. */
export interface Metric {
  /** Its member of a {@link Sample}. */
  readonly key: string;
  readonly title: string;
  /** Behind the decimal point. */
  readonly digits: number;
}

/** One round's figures of one contender, by the metrics' keys. */
export type Sample = Readonly<Record<string, number>>;

/** One round: a sample of each contender, by its name. */
export type Round = Readonly<Record<string, Sample>>;

/** One of those that are compared. */
export interface Contender {
  readonly name: string;
  /** What it does for its figures, in half a line. */
  readonly does: string;
  /** Before the first round; not counted. @throws the signal's reason when it is told to stop */
  warmUp?(signal: AbortSignal): Promise<void>;
  /** One round. @throws the signal's reason when it is told to stop */
  run(signal: AbortSignal): Promise<Sample>;
}

/** Contenders that are ready to run, the product first. */
export interface Lineup extends AsyncDisposable {
  readonly contenders: readonly Contender[];
  /** Those that should be here and cannot, with the reason. */
  readonly absent?: readonly { readonly name: string; readonly why: string }[];
  /** Before every turn of a contender: each one starts from the same. */
  reset(): Promise<void>;
}

/** What the figures must reach, and what they are to reach one day. */
export interface Goal {
  /** What is judged, such as `stored/s, gateway ÷ bare server`. */
  readonly title: string;
  readonly better: 'higher' | 'lower';
  readonly must: number;
  readonly aim?: number;
  /** Behind the decimal point; 2 unless given. */
  readonly digits?: number;
  /** A value for each round, or a single one of all of them; see `goal.ts` for the usual ones. Not a number: it cannot be told. */
  read(rounds: readonly Round[]): readonly number[];
}

/** A question that bench answers. One file each, under `workloads/`. */
export interface Workload {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  /** What a reader must know to judge the figures. */
  readonly conditions: readonly string[];
  /** The first one is what is drawn. */
  readonly metrics: readonly Metric[];
  readonly goals: readonly Goal[];
  /** `--quick` leaves it out unless it is named. */
  readonly isLong?: true;
  /** Of its own, where the plan's would be too many. */
  readonly rounds?: number;
  open(plan: Plan, signal: AbortSignal): Promise<Lineup>;
}
