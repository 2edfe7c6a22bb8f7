import type { Step, StepName } from '../decision.js';
import type { QueueLoad } from '../pool-signal.js';
import { roundUp } from '../round-up.js';
import { count } from '../words.js';

/** @param words why: what follows from them is added */
export function workersStep(name: StepName, workers: number, { queue, slotsPerWorker }: QueueLoad, words: string): Step {
  const value = roundUp(workers);
  return { name, value, because: `${queue}: ${words}, so ${count(value, 'worker')} of ${count(slotsPerWorker, 'slot')}.` };
}
