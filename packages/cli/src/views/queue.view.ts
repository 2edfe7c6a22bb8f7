import type { Queue } from '@dts/client';
import { details } from '../output/details.js';
import type { Canvas } from '../output/palette.js';
import { printable } from '../output/printable.js';
import type { Column } from '../output/table.js';
import { formatDuration } from '../values/duration.js';
import { formatRateLimit } from '../values/limits.js';
import { formatCount, formatRate } from '../values/number.js';

/** How long, or nothing. */
export function durationOrNone(ms: number | null | undefined): string {
  return ms === null || ms === undefined ? '-' : formatDuration(ms);
}

export const QUEUE_COLUMNS: readonly Column<Queue>[] = [
  { title: 'QUEUE', value: ({ name }) => name },
  { title: 'STATE', value: ({ paused }) => (paused ? 'paused' : 'running'), style: ({ paused }) => (paused ? 'yellow' : undefined) },
  { title: 'WAITING', value: ({ counts }) => formatCount(counts.waiting), align: 'right' },
  { title: 'SCHEDULED', value: ({ counts }) => formatCount(counts.scheduled), align: 'right' },
  { title: 'ACTIVE', value: ({ counts }) => formatCount(counts.active), align: 'right' },
  {
    title: 'DEAD',
    value: ({ counts }) => formatCount(counts.dead),
    align: 'right',
    style: ({ counts }) => (counts.dead > 0 ? 'red' : undefined),
  },
  { title: 'IN/S', value: ({ arrivalsPerSecond }) => formatRate(arrivalsPerSecond), align: 'right' },
  { title: 'DONE/S', value: ({ completionsPerSecond }) => formatRate(completionsPerSecond), align: 'right' },
  { title: 'OLDEST', value: ({ oldestWaitingMs }) => durationOrNone(oldestWaitingMs), align: 'right' },
  { title: 'BUSY', value: ({ busy, slots }) => `${formatCount(busy)}/${formatCount(slots)}`, align: 'right' },
];

export function queueDetails(queue: Queue, { paint }: Canvas): string {
  const { counts, limits, waitMs, runMs } = queue;
  return details(
    [
      ['Queue', `${printable(queue.name)}: ${printable(queue.description)}`],
      ['State', queue.paused ? paint('yellow', 'paused') : 'running'],
      [
        'Jobs',
        Object.entries(counts)
          .map(([state, count]) => `${formatCount(count ?? 0)} ${printable(state)}`)
          .join(', '),
      ],
      ['Oldest', durationOrNone(queue.oldestWaitingMs)],
      [
        'Per second',
        `${formatRate(queue.arrivalsPerSecond)} in, ${formatRate(queue.completionsPerSecond)} completed, ${formatRate(queue.failuresPerSecond)} failed`,
      ],
      ['Wait', percentiles(waitMs)],
      ['Run', percentiles(runMs)],
      ['Limits', `concurrency ${limits.concurrency ?? 'none'}, rate ${formatRateLimit(limits.rate)}`],
      ['Workers', `${queue.workers}, ${formatCount(queue.busy)} of ${formatCount(queue.slots)} slots busy`],
    ],
    paint,
  );
}

function percentiles(of: Queue['waitMs']): string {
  return of ? `p50 ${formatDuration(of.p50)}, p95 ${formatDuration(of.p95)}, p99 ${formatDuration(of.p99)}` : '-';
}
