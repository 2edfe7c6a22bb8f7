import type { Job, JobAttempt } from '@dts/client';
import { details, section } from '../output/details.js';
import type { Canvas, Palette } from '../output/palette.js';
import { printable, toJson } from '../output/printable.js';
import { type Column, table } from '../output/table.js';
import { formatDuration } from '../values/duration.js';
import { formatRelative } from '../values/instant.js';

const STYLES = {
  completed: 'green',
  active: 'cyan',
  dead: 'red',
  cancelled: 'yellow',
  expired: 'yellow',
  waiting: undefined,
  scheduled: undefined,
  'waiting-children': undefined,
} as const satisfies Record<Job['state'], Parameters<Palette>[0] | undefined>;

/** A job's state in its colour. */
export function paintState(state: Job['state'], paint: Palette): string {
  const style = STYLES[state];
  return style ? paint(style, state) : printable(state);
}

export function jobColumns(now = Date.now()): readonly Column<Job>[] {
  return [
    { title: 'ID', value: ({ id }) => id },
    { title: 'NAME', value: ({ name }) => name, flexible: true },
    { title: 'QUEUE', value: ({ queue }) => queue },
    { title: 'STATE', value: ({ state }) => state, style: ({ state }) => STYLES[state] },
    { title: 'ATTEMPTS', value: ({ attemptsMade, attemptsMax }) => `${attemptsMade}/${attemptsMax}`, align: 'right' },
    { title: 'SUBMITTED', value: ({ submittedAt }) => formatRelative(submittedAt, now) },
    { title: 'ERROR', value: ({ error }) => (error ? `${error.code}: ${error.message}` : '') },
  ];
}

/** A job in one line. */
export function jobLine(job: Pick<Job, 'id' | 'name' | 'state' | 'error'>, paint: Palette): string {
  const error = job.error ? `  ${printable(`${job.error.code}: ${job.error.message}`)}` : '';
  return `${printable(job.id)}  ${printable(job.name)}  ${paintState(job.state, paint)}${error}`;
}

/** All about a job. */
export function jobDetails(job: Job, { paint, columns }: Canvas, now = Date.now()): string {
  const { error, progress, tags } = job;
  const head = details(
    [
      ['Id', printable(job.id)],
      ['Name', printable(job.name)],
      ['State', paintState(job.state, paint)],
      ['Queue', `${printable(job.queue)}, priority ${job.priority}`],
      ['Tenant', printable(job.tenant)],
      ['Tags', printable(tags.join(', '))],
      ['Order', job.orderingKey === null ? undefined : printable(job.orderingKey)],
      ['Flow', job.flowId === null ? undefined : printable(job.flowId)],
      ['Submitted', formatRelative(job.submittedAt, now)],
      ['Started', formatRelative(job.startedAt, now)],
      ['Finished', job.finishedAt ? formatRelative(job.finishedAt, now) + took(job.startedAt, job.finishedAt) : undefined],
      ['Attempts', `${job.attemptsMade} of ${job.attemptsMax}${job.redrives > 0 ? `, after ${job.redrives} redrives` : ''}`],
      ['Progress', isNothing(progress) ? undefined : toJson(progress)],
      ['Error', error ? paint('red', printable(`${error.code}: ${error.message}`)) : undefined],
    ],
    paint,
  );
  const attempts =
    job.attempts.length > 0 ? section('Attempts', table(job.attempts, ATTEMPTS, { paint, columns: columns - 2 }), paint) : '';
  const result = job.result === null ? '' : section('Result', toJson(job.result, 2), paint);
  return [head, attempts, section('Payload', toJson(job.payload, 2), paint), result].filter((part) => part !== '').join('\n');
}

const ATTEMPTS: readonly Column<JobAttempt>[] = [
  { title: '#', value: ({ number }) => String(number), align: 'right' },
  { title: 'STARTED', value: ({ startedAt }) => startedAt },
  { title: 'TOOK', value: ({ startedAt, finishedAt }) => took(startedAt, finishedAt).replace(/[(), ]|took/g, ''), align: 'right' },
  { title: 'WORKER', value: ({ worker }) => worker, flexible: true },
  { title: 'ERROR', value: ({ error }) => (error ? `${error.code}: ${error.message}` : '') },
];

function took(startedAt: string | null, finishedAt: string | null): string {
  return startedAt && finishedAt ? ` (took ${formatDuration(Date.parse(finishedAt) - Date.parse(startedAt))})` : '';
}

function isNothing(progress: unknown): boolean {
  return progress === null || progress === undefined || progress === 0;
}
