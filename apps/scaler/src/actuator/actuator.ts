import type { WorkerInfo } from '@dts/queue';

/** What a target says of itself. */
export interface TargetState {
  /** Workers that it is set to, whether or not they are up. */
  readonly replicas: number;
  /** False while it changes by itself, as in a rollout: no worker may be taken away then. */
  readonly settled: boolean;
  /** Why this scaler must not change it; null where it may. */
  readonly refusal: string | null;
}

export interface ScaleChange {
  readonly replicas: number;
  /** Those that go, drained and idle: as many as the number is lowered by, none when it is raised. */
  readonly leaving: readonly WorkerInfo[];
  /** The leader's fencing token: a target that has seen a higher one refuses. */
  readonly fence: number;
  /** The decision's sentence, for people. */
  readonly reason: string;
}

/** The hand on one target: a set of workers whose number can be read and set. */
export interface Actuator {
  /**
   * Who can reach the target: every scaler; this process alone, which keeps it at its minimum even while another one leads; or
   * nobody: then nothing that is done has an effect, and no worker is drained for it.
   */
  readonly reach: 'shared' | 'exclusive' | 'none';
  /** @throws Error when it cannot be read: unknown, not zero */
  read(): Promise<TargetState>;
  /** Whether a worker of the registry runs on this target, as of the last reading: only those are counted and drained. */
  owns(worker: WorkerInfo): boolean;
  /** @throws ActuatorRefusal when it must not be changed from here, Error when it did not work: nothing is known then before the next reading */
  scale(change: ScaleChange): Promise<void>;
  close(): Promise<void>;
}

/** The target is not this scaler's to change. The message says why, and what to do. */
export class ActuatorRefusal extends Error {
  override readonly name = 'ActuatorRefusal';
}
