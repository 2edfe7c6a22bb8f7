import type { Execution } from '../executions/execution-log.js';
import type { Acknowledged } from '../load/load.js';

/**
 * Milliseconds between the moment a job could start and its first start, in order, the quickest first.
 * @param since Unix milliseconds: jobs that could start before are left out
 */
export function pickUps(
  acknowledged: ReadonlyMap<string, Acknowledged>,
  executions: ReadonlyMap<string, Execution>,
  since = 0,
): readonly number[] {
  const waits = [...acknowledged].flatMap(([key, { at, delay }]) => {
    const startedAt = executions.get(key)?.starts[0];
    const due = at + delay;
    return startedAt === undefined || due < since ? [] : [startedAt - due];
  });
  return waits.sort((a, b) => a - b);
}
