/** Why an attempt was told to stop. */
export type AbortReason = 'timeout' | 'cancelled' | 'shutdown' | 'lock-lost';

const REASONS: readonly AbortReason[] = ['timeout', 'cancelled', 'shutdown', 'lock-lost'];

export class AttemptAborted extends Error {
  override readonly name = 'AttemptAborted';

  constructor(readonly reason: AbortReason) {
    super(`the attempt was stopped: ${reason}`);
  }

  /** By the reason of a worker's signal: what is none of ours was somebody's wish. */
  static by(signal: AbortSignal): AttemptAborted {
    return new AttemptAborted(REASONS.find((known) => known === signal.reason) ?? 'cancelled');
  }
}
