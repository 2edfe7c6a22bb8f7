import type { Worker } from '@dts/client';
import { type Column, table } from '../output/table.js';
import { formatDuration } from '../values/duration.js';
import { formatBytes, formatCount } from '../values/number.js';
import { meter } from './sparkline.js';
import type { TopCanvas, TopView } from './view.js';

const BAR = 10;
const WIDE_BAR = 40;
/** Beside the workers themselves: a blank line, the slots, the titles. */
const OVERHEAD = 3;

/** The slots of all workers, and as many of the workers as there is room for. */
export function workerLines(view: TopView, canvas: TopCanvas, room: number): string[] {
  const { workers, scrolled, at } = view;
  const slots = sum(workers, (worker) => worker.slots);
  const busy = sum(workers, (worker) => worker.busy);
  const all = `${formatCount(busy)} of ${formatCount(slots)} busy, ${formatCount(workers.length)} ${workers.length === 1 ? 'worker' : 'workers'}`;
  const head = ['', `${canvas.paint('bold', 'Slots')} ${canvas.paint(colourOf(busy, slots), meter(busy, slots, WIDE_BAR))} ${all}`];
  if (workers.length === 0) return head;
  const fit = Math.max(0, room - OVERHEAD);
  const first = Math.max(0, Math.min(scrolled, workers.length - fit));
  return [...head, ...table(workers.slice(first, first + fit), columns(at), canvas).split('\n')];
}

function columns(now: number): readonly Column<Worker>[] {
  return [
    { title: 'WORKER', value: ({ id }) => id, flexible: true },
    {
      title: 'BUSY',
      value: ({ busy, slots }) => `${meter(busy, slots, BAR)} ${busy}/${slots}`,
      style: ({ busy, slots }) => colourOf(busy, slots),
    },
    { title: 'LOOP', value: ({ eventLoopDelayMs }) => formatDuration(eventLoopDelayMs), align: 'right' },
    { title: 'MEMORY', value: ({ memoryBytes }) => formatBytes(memoryBytes), align: 'right' },
    { title: 'UP', value: ({ startedAt }) => formatDuration(Math.max(0, now - Date.parse(startedAt))), align: 'right' },
    {
      title: 'QUEUES',
      value: ({ queues, draining }) =>
        draining ? 'draining' : queues.map(({ name, busy, slots }) => `${name} ${busy}/${slots}`).join(', '),
    },
  ];
}

function colourOf(busy: number, slots: number): 'green' | 'yellow' | 'red' {
  const share = slots > 0 ? busy / slots : 0;
  if (share >= 0.95) return 'red';
  return share >= 0.75 ? 'yellow' : 'green';
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
