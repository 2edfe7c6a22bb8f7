import type { QueueNow } from '../feed.js';
import { cell, element, find, showRows } from './dom.js';
import { toCount, toDuration, toRate } from './format.js';
import { seriesColour } from './palette.js';

/** Milliseconds within which jobs should start, and after which one that waits is told in red. */
const LATE_MS = 10_000;

export function showQueues(queues: readonly QueueNow[]): void {
  showRows(
    find('queue-rows'),
    queues,
    ({ name }) => name,
    (queue) => toRow(queue, queues.indexOf(queue)),
  );
}

function toRow(queue: QueueNow, index: number): HTMLElement {
  const { name, paused, waitMs, oldestWaitingMs: oldest, dead } = queue;
  const mark = element('span', { class: 'mark', style: `background: var(--${seriesColour(index)})`, 'aria-hidden': 'true' });
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, mark, name),
    cell(
      'Waiting',
      toCount(queue.waiting),
      ...(queue.scheduled > 0 ? [element('span', { class: 'quiet' }, ` + ${toCount(queue.scheduled)} later`)] : []),
    ),
    cell('Oldest waits', marked(toDuration(oldest), (oldest ?? 0) > LATE_MS)),
    cell('Running', toCount(queue.active), ...(paused ? [' ', element('strong', { class: 'bad' }, 'paused')] : [])),
    cell('In, out', `${toRate(queue.arrivalsPerSecond)}, ${toRate(queue.completionsPerSecond)}`),
    cell('Fail', marked(toRate(queue.failuresPerSecond), queue.failuresPerSecond > 0)),
    cell('Wait p50, p99', waitMs ? `${toDuration(waitMs.p50)}, ${toDuration(waitMs.p99)}` : '–'),
    cell(
      'Slots in use',
      `${toCount(queue.busy)} of ${toCount(queue.slots)} on ${queue.workers === 1 ? '1 worker' : `${toCount(queue.workers)} workers`}`,
    ),
    cell('Dead', marked(toCount(dead), dead > 0)),
  );
}

function marked(text: string, isBad: boolean): Node | string {
  return isBad ? element('span', { class: 'bad' }, text) : text;
}
