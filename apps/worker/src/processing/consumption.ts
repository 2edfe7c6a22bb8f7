import type { DueWork } from '@dts/queue';

/** What is to be seen of one queue's consumer at a moment. Times are milliseconds of one clock that never jumps. */
export interface Look {
  readonly at: number;
  /** Undefined while it is unknown: Redis does not answer, or takes no writes. */
  readonly work: DueWork | undefined;
  readonly freeSlots: number;
  /** The last fetch of the consumer that runs now; 0 before its first. */
  readonly fetchedAt: number;
}

/** What is remembered from look to look. */
export interface Watch {
  readonly lookedAt?: number;
  /** Since when every look has found it starving. */
  readonly starvingSince?: number;
  /** It was started anew then, and has fetched nothing since. */
  readonly restartedAt?: number;
}

export interface Patience {
  /** Milliseconds without a fetch, although there is something to fetch and a slot for it. */
  readonly silentMs: number;
  /** Milliseconds between two looks. */
  readonly lookMs: number;
}

/** `give-up`: a new consumer did not help, so what is wrong is in the process. */
export type Verdict = 'fine' | 'unknown' | 'starving' | 'restart' | 'give-up';

/** Looks this much further apart than they should be: the process stood still, which says nothing of its consumer. */
const MISSED_LOOKS = 3;

/** Whether a consumer has stopped to consume. Only what every look of a whole period has found counts. */
export function judge(watch: Watch, look: Look, patience: Patience): { readonly verdict: Verdict; readonly watch: Watch } {
  const hasFetched = watch.restartedAt !== undefined && look.fetchedAt > watch.restartedAt;
  const seen: Watch = { lookedAt: look.at, restartedAt: hasFetched ? undefined : watch.restartedAt };
  if (!isStarving(look)) return { verdict: look.work ? 'fine' : 'unknown', watch: seen };
  const since = starvingSince(watch, look, patience);
  if (look.at - since < patience.silentMs) return { verdict: 'starving', watch: { ...seen, starvingSince: since } };
  if (seen.restartedAt === undefined) return { verdict: 'restart', watch: { lookedAt: look.at, restartedAt: look.at } };
  return { verdict: 'give-up', watch: seen };
}

function isStarving({ work, freeSlots }: Look): boolean {
  return work !== undefined && work.jobs > 0 && work.held === undefined && freeSlots > 0;
}

function starvingSince({ lookedAt = 0, starvingSince: since }: Watch, { at, fetchedAt }: Look, { lookMs }: Patience): number {
  const isUnbroken = since !== undefined && fetchedAt <= since && at - lookedAt <= MISSED_LOOKS * lookMs;
  return isUnbroken ? since : at;
}
