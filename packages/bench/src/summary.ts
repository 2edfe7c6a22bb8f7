import type { Sample } from './workload.js';

export interface Summary {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/** @throws RangeError without samples */
export function summarize(samples: readonly Sample[], key: string): Summary {
  const values = samples.map((sample) => sample[key] ?? Number.NaN).sort((a, b) => a - b);
  return { median: median(values), lowest: median(values.slice(0, 1)), highest: median(values.slice(-1)) };
}

function median(sorted: readonly number[]): number {
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (lower === undefined || upper === undefined) throw new RangeError('there are no samples');
  return (lower + upper) / 2;
}
