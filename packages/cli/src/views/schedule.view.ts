import type { Schedule } from '@dts/client';
import { details } from '../output/details.js';
import type { Palette } from '../output/palette.js';
import { printable, toJson } from '../output/printable.js';
import type { Column } from '../output/table.js';
import { formatDuration } from '../values/duration.js';
import { formatRelative } from '../values/instant.js';
import { formatCount } from '../values/number.js';

const STYLES = { active: 'green', paused: 'yellow', ended: 'dim' } as const satisfies Record<Schedule['state'], Parameters<Palette>[0]>;

export function scheduleColumns(now: number): readonly Column<Schedule>[] {
  return [
    { title: 'ID', value: ({ id }) => id, flexible: true },
    { title: 'STATE', value: ({ state }) => state, style: ({ state }) => STYLES[state] },
    { title: 'WHEN', value: rhythm, flexible: true },
    { title: 'JOB', value: ({ job }) => job.name },
    { title: 'NEXT', value: ({ nextRuns }) => formatRelative(nextRuns[0] ?? null, now) },
    { title: 'LAST', value: ({ lastRun }) => formatRelative(lastRun?.at ?? null, now) },
    { title: 'RUNS', value: ({ runs }) => formatCount(runs), align: 'right' },
    { title: 'ERROR', value: ({ error }) => error?.message ?? '' },
  ];
}

export function scheduleDetails(schedule: Schedule, paint: Palette, now = Date.now()): string {
  const { lastRun, error, limit } = schedule;
  return details(
    [
      ['Schedule', printable(schedule.id)],
      ['State', paint(STYLES[schedule.state], schedule.state)],
      ['When', printable(rhythm(schedule))],
      ['Overlap', printable(schedule.overlap)],
      ['Job', `${printable(schedule.job.name)} ${toJson(schedule.job.payload)}`],
      ['From', schedule.startAt ?? undefined],
      ['Until', schedule.endAt ?? undefined],
      ['Jitter', schedule.jitter > 0 ? formatDuration(schedule.jitter) : undefined],
      ['Next', schedule.nextRuns.map((at) => `${printable(at)} (${formatRelative(at, now)})`).join(`\n${' '.repeat(10)}`)],
      ['Last', lastRun ? `${formatRelative(lastRun.at, now)}, job ${printable(lastRun.jobId)}` : undefined],
      [
        'Runs',
        `${formatCount(schedule.runs)}${limit === null ? '' : ` of ${formatCount(limit)}`}, ${schedule.skipped} skipped, ${schedule.missed} missed`,
      ],
      ['Error', error ? paint('red', printable(`${error.code}: ${error.message}`)) : undefined],
    ],
    paint,
  );
}

function rhythm({ cron, timezone, every }: Schedule): string {
  return cron === null ? `every ${formatDuration(every ?? 0)}` : `${cron} ${timezone ?? 'UTC'}`;
}
