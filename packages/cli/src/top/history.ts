import type { Queue } from '@dts/client';

/** Enough for the widest terminal. */
const KEPT = 500;

interface Series {
  readonly waiting: number[];
  readonly active: number[];
}

/** What the queues were like each time they were looked at. */
export class History {
  readonly #series = new Map<string, Series>();

  add(queues: readonly Queue[]): void {
    for (const { name, counts } of queues) {
      const series = this.of(name);
      push(series.waiting, counts.waiting);
      push(series.active, counts.active);
      this.#series.set(name, series);
    }
  }

  of(queue: string): Series {
    return this.#series.get(queue) ?? { waiting: [], active: [] };
  }
}

function push(values: number[], value: number): void {
  values.push(value);
  if (values.length > KEPT) values.shift();
}
