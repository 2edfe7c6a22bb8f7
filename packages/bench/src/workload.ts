import type { Stack } from '@dts/testkit';

/** What is read off one round; every subject of a workload has the same. */
export interface Metric {
  /** Its member of a {@link Sample}. */
  readonly key: string;
  readonly title: string;
  /** Behind the decimal point. */
  readonly digits: number;
}

/** One round's figures, by the metrics' keys. */
export type Sample = Readonly<Record<string, number>>;

/** One of the two that are compared. */
export interface Subject {
  readonly name: string;
  /** What it does for its figures, in half a line. */
  readonly does: string;
  /** One round. @throws the signal's reason when it is told to stop */
  run(seconds: number, signal: AbortSignal): Promise<Sample>;
}

/** Two subjects that are ready to run. */
export interface Pair extends AsyncDisposable {
  readonly product: Subject;
  readonly peer: Subject;
  /** Before every round: each one starts from the same. */
  reset(): Promise<void>;
}

/** A question that bench answers. One file each, under `workloads/`. */
export interface Workload {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  /** What a reader must know to judge the figures. */
  readonly conditions: readonly string[];
  readonly metrics: readonly Metric[];
  /** The apps beside the gateway that run. */
  readonly apps: readonly 'worker'[];
  open(stack: Stack): Promise<Pair>;
}
