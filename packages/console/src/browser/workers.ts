import type { WorkerNow } from '../feed.js';
import { cell, element, find, showRows } from './dom.js';
import { toDuration, toMegabytes } from './format.js';

export function showWorkers(workers: readonly WorkerNow[], now: number): void {
  showRows(
    find('worker-rows'),
    workers,
    ({ id }) => id,
    (worker) => toRow(worker, now),
  );
}

function toRow({ id, queues, memoryBytes, eventLoopDelayMs, startedAt, draining }: WorkerNow, now: number): HTMLElement {
  const [slots, busy] = [sum(queues.map((queue) => queue.slots)), sum(queues.map((queue) => queue.busy))];
  const load = `${busy} of ${slots}`;
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, id, ...(draining ? [' ', element('strong', {}, 'draining')] : [])),
    cell('Queues', queues.map((queue) => queue.name).join(', ')),
    cell('Load', element('meter', { min: 0, max: Math.max(1, slots), value: busy, 'aria-label': `Load of ${id}: ${load}` }), ` ${load}`),
    cell('Memory', toMegabytes(memoryBytes)),
    cell('Event loop held up', toDuration(eventLoopDelayMs)),
    cell('Runs for', toDuration(Math.max(0, now - startedAt))),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
