import type { Worker } from '@dts/client';
import type { Command } from 'commander';
import { addExamples } from '../help.js';
import { showList, take } from '../output/list.js';
import type { Column } from '../output/table.js';
import { formatDuration } from '../values/duration.js';
import { formatRelative } from '../values/instant.js';
import { formatBytes, formatCount } from '../values/number.js';
import type { Run } from './run.js';

export function addWorkers(parent: Command, run: Run): void {
  const command = parent
    .command('workers')
    .summary('lists the workers')
    .description('Lists the workers that are alive: what they run, how busy they are.')
    .action(
      run(async ({ client, call, printer }) => {
        const shown = await take(client.workers.list(call), Number.POSITIVE_INFINITY);
        showList(printer, shown, columns(Date.now()), 'No worker is alive.');
      }),
    );
  addExamples(command, 'dts workers', 'dts workers --json');
}

function columns(now: number): readonly Column<Worker>[] {
  return [
    { title: 'WORKER', value: ({ id }) => id, flexible: true },
    { title: 'HOST', value: ({ host, pid }) => `${host}:${pid}`, flexible: true },
    { title: 'VERSION', value: ({ version }) => version },
    { title: 'BUSY', value: ({ busy, slots }) => `${formatCount(busy)}/${formatCount(slots)}`, align: 'right' },
    { title: 'LOOP', value: ({ eventLoopDelayMs }) => formatDuration(eventLoopDelayMs), align: 'right' },
    { title: 'MEMORY', value: ({ memoryBytes }) => formatBytes(memoryBytes), align: 'right' },
    { title: 'UP', value: ({ startedAt }) => formatDuration(Math.max(0, now - Date.parse(startedAt))), align: 'right' },
    { title: 'HEARD', value: ({ heartbeatAt }) => formatRelative(heartbeatAt, now) },
    {
      title: 'QUEUES',
      value: ({ queues, draining }) =>
        `${queues.map(({ name, busy, slots }) => `${name} ${busy}/${slots}`).join(', ')}${draining ? ' (draining)' : ''}`,
    },
  ];
}
