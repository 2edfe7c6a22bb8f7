import type { QueueLoad } from '../pool-signal.js';
import { roundUp } from '../round-up.js';
import { amount, count } from '../words.js';
import type { Wanted } from './demand.js';
import { workersStep } from './workers-step.js';

interface Cap {
  readonly workers: number;
  readonly words: string;
}

/** What the queue's own limits leave for more workers to do; undefined where they do not hold `wanted` back. */
export function capped(load: QueueLoad, wanted: number): Wanted | undefined {
  const tightest = capsOf(load).sort((a, b) => a.workers - b.workers)[0];
  if (!tightest || wanted <= tightest.workers) return undefined;
  return { workers: tightest.workers, steps: [workersStep('cap', tightest.workers, load, tightest.words)] };
}

function capsOf({ concurrencyLimit, ratePerSecond, serviceSeconds, slotsPerWorker }: QueueLoad): Cap[] {
  const caps: Cap[] = [];
  if (concurrencyLimit !== null) {
    const words = `at most ${count(concurrencyLimit, 'job')} may run at once`;
    caps.push({ workers: roundUp(concurrencyLimit / slotsPerWorker), words });
  }
  if (ratePerSecond !== null && serviceSeconds !== null) {
    // Little's law again: so many run at once when the most that may start do.
    const running = ratePerSecond * serviceSeconds;
    const words = `at most ${amount(ratePerSecond)} may start a second, of which ${amount(running)} run at once`;
    caps.push({ workers: Math.max(1, roundUp(running / slotsPerWorker)), words });
  }
  return caps;
}
