import type { Job } from '@dts/client';
import type { Column } from '../output/table.js';
import { formatRelative } from '../values/instant.js';

export function deadLetterColumns(now: number): readonly Column<Job>[] {
  return [
    { title: 'ID', value: ({ id }) => id },
    { title: 'NAME', value: ({ name }) => name, flexible: true },
    { title: 'DIED', value: ({ finishedAt }) => formatRelative(finishedAt, now) },
    { title: 'ATTEMPTS', value: ({ attemptsMade }) => String(attemptsMade), align: 'right' },
    { title: 'REASON', value: ({ error }) => error?.code ?? '' },
    { title: 'MESSAGE', value: ({ error }) => error?.message ?? '' },
  ];
}
