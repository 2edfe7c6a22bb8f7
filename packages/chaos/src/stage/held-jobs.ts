import { type App, waitFor } from '@dts/testkit';
import { AT_ONCE } from '../load/submission.js';
import type { Stage } from './stage.js';

const NAME = 'held';
/** More in one process would only make each of its steps longer. */
const SLOTS_EACH = 2_500;
/** A run that takes longer is ended and tried again: it must outlast the slowest machine that plays this. */
const LONG_RUN_MS = 300_000;
const FILL_MS = 120_000;

/** Starts as many workers as are needed for so many jobs at once. */
export function startCrew(stage: Stage, slots: number, env: Readonly<Record<string, string>> = {}): Promise<App[]> {
  const count = Math.ceil(slots / SLOTS_EACH);
  const each = Math.ceil(slots / count);
  return Promise.all(Array.from({ length: count }, () => stage.startWorker({ QUEUES: `io:${each}`, ...env })));
}

/** Submits jobs that will run until the receiver releases them, and none of the others. */
export async function submitHeldJobs(stage: Stage, count: number): Promise<void> {
  stage.receiver.hold(NAME);
  await stage.startLoad({ name: NAME, mix: { ...AT_ONCE, runMs: LONG_RUN_MS }, total: count, perSecond: count }).done();
}

/** Resolves once so many of them run. */
export async function untilHeld({ receiver }: Stage, count: number): Promise<void> {
  await waitFor(() => receiver.heldCount >= count, { timeoutMs: FILL_MS, describe: `${count} jobs to run at once` });
}
