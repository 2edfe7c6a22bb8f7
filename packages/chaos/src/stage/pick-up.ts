import type { Execution } from '../executions/execution-log.js';
import type { Acknowledged } from '../load/load.js';

/**
 * Milliseconds between the moment a job could start and its first start, at the longest.
 * @param since Unix milliseconds: jobs that could start before are left out
 */
export function slowestPickUp(
  acknowledged: ReadonlyMap<string, Acknowledged>,
  executions: ReadonlyMap<string, Execution>,
  since = 0,
): number {
  let slowest = 0;
  for (const [key, { at, delay }] of acknowledged) {
    const startedAt = executions.get(key)?.starts[0];
    const due = at + delay;
    if (startedAt !== undefined && due >= since) slowest = Math.max(slowest, startedAt - due);
  }
  return slowest;
}
