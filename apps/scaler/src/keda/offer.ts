import type { Decision } from '@dts/scaling';

/** What KEDA may be told of a pool: how many workers, or why that is not known. Not knowing is never 0. */
export type Offer = { readonly state: 'known'; readonly workers: number } | { readonly state: 'unknown'; readonly reason: string };

/**
 * @param now milliseconds since the epoch
 * @param maxAgeMs a decision that is older says nothing of now
 */
export function offerOf(decision: Decision | undefined, now: number, maxAgeMs: number): Offer {
  if (!decision) return unknown('nothing has been decided yet, as the scaler has just started');
  const ageMs = now - decision.at;
  if (ageMs > maxAgeMs) return unknown(`the last decision is ${Math.round(ageMs / 1000)} s old, so it says nothing of now`);
  if (decision.mode === 'off') return unknown('it is switched off (mode: off in the policy)');
  if (decision.signal.state === 'unknown' && !isPinned(decision)) return unknown(`its load is not known: ${decision.signal.reason}`);
  if (decision.desired === null) return unknown('nobody knows how many workers there are');
  return { state: 'known', workers: decision.desired };
}

/** What an operator has set holds all the more while nothing else is known. */
function isPinned({ steps }: Decision): boolean {
  return steps.some(({ name }) => name === 'pin');
}

function unknown(reason: string): Offer {
  return { state: 'unknown', reason };
}
