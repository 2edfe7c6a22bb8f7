import type { Queue } from '@dts/client';
import { type Column, table } from '../output/table.js';
import { formatCount, formatRate } from '../values/number.js';
import { durationOrNone } from '../views/queue.view.js';
import { sparkline } from './sparkline.js';
import type { TopCanvas, TopView } from './view.js';

const WIDE = 100;

const COLUMNS: readonly (Column<Queue> & { readonly wideOnly?: boolean })[] = [
  {
    title: 'QUEUE',
    value: ({ name, paused }) => (paused ? `‖ ${name}` : name),
    style: ({ paused }) => (paused ? 'yellow' : 'cyan'),
    flexible: true,
  },
  { title: 'WAITING', value: ({ counts }) => formatCount(counts.waiting), align: 'right' },
  { title: 'SCHEDULED', value: ({ counts }) => formatCount(counts.scheduled), align: 'right', wideOnly: true },
  { title: 'ACTIVE', value: ({ counts }) => formatCount(counts.active), align: 'right' },
  {
    title: 'DEAD',
    value: ({ counts }) => formatCount(counts.dead),
    align: 'right',
    style: ({ counts }) => (counts.dead > 0 ? 'red' : undefined),
  },
  { title: 'IN/S', value: ({ arrivalsPerSecond }) => formatRate(arrivalsPerSecond), align: 'right' },
  { title: 'DONE/S', value: ({ completionsPerSecond }) => formatRate(completionsPerSecond), align: 'right' },
  { title: 'FAILED/S', value: ({ failuresPerSecond }) => formatRate(failuresPerSecond), align: 'right', wideOnly: true },
  { title: 'WAIT p95', value: ({ waitMs }) => durationOrNone(waitMs?.p95), align: 'right' },
  { title: 'RUN p95', value: ({ runMs }) => durationOrNone(runMs?.p95), align: 'right' },
  { title: 'OLDEST', value: ({ oldestWaitingMs }) => durationOrNone(oldestWaitingMs), align: 'right' },
];

/** The queues' figures, and under each how they came about, if there is room. */
export function queueLines(view: TopView, canvas: TopCanvas, room: number): string[] {
  const columns = COLUMNS.filter(({ wideOnly }) => !wideOnly || canvas.columns >= WIDE);
  const [titles = '', ...rows] = table(view.queues, columns, canvas).split('\n');
  const withHistory = 1 + view.queues.length * 2 <= room && view.queues.some(({ name }) => view.history.of(name).waiting.length > 1);
  return [titles, ...rows.flatMap((row, index) => (withHistory ? [row, historyLine(view, view.queues[index], canvas)] : [row]))];
}

function historyLine({ history }: TopView, queue: Queue | undefined, { paint, columns }: TopCanvas): string {
  const { waiting, active } = history.of(queue?.name ?? '');
  const labels = ['  waiting ', '   active '] as const;
  const width = Math.floor((Math.min(columns, 200) - labels.join('').length) / 2);
  const part = (label: string, values: readonly number[]) => paint('dim', label) + paint('blue', sparkline(values, width));
  return part(labels[0], waiting) + part(labels[1], active);
}
