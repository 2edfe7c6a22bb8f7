import type { Arm } from '../stage/arm.js';
import type { Stage } from '../stage/stage.js';

export interface Scenario {
  readonly name: string;
  readonly fault: string;
  readonly load: string;
  /** What must hold, beside the audit. */
  readonly holds: string;
  /** The weaker setting. */
  readonly control: string;
  /** What the control must show: acknowledged jobs that are lost, or submissions that ran more than once. */
  readonly harm: 'lost' | 'repeated';
  /** Jobs that end dead, 0 unless given. */
  readonly dead?: number;
  /** No submission may run more than once. At least once is the promise, so this is asked only where a lock outlives the fault. */
  readonly once?: true;
  /** No attempt may be used up and no job may stall. */
  readonly untouched?: true;
  /** Its arms are played one after the other: both together would be too much for a small machine. */
  readonly apart?: true;
  /** Part of the quick matrix. */
  readonly quick: boolean;
  /** Why it cannot run on this machine, if so. */
  readonly obstacle?: () => string | undefined;
  /** Plays one arm to its end; the audit comes after it. */
  play(stage: Stage, arm: Arm): Promise<void>;
}
