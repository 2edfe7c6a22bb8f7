import { classifyThrown, type FailedOutcome, stopped } from '@dts/queue';
import { AttemptAborted } from './aborted.js';

/** @param timeoutMs what the attempt was allowed */
export function classify(thrown: unknown, timeoutMs: number): FailedOutcome {
  if (!(thrown instanceof AttemptAborted)) return classifyThrown(thrown);
  if (thrown.reason === 'shutdown' || thrown.reason === 'lock-lost') return { kind: thrown.reason };
  return stopped(thrown.reason, timeoutMs);
}
