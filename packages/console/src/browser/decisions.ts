import type { Decision } from '../feed.js';
import { element, find, showRows } from './dom.js';
import { toTime } from './format.js';

const MOST_SHOWN = 50;

/** @param changes the newest first */
export function showDecisions(changes: readonly Decision[]): void {
  showRows(find('decisions'), changes.length > 0 ? changes.slice(0, MOST_SHOWN) : [undefined], (change) => change?.id ?? '', toItem);
}

function toItem(change: Decision | undefined): HTMLElement {
  if (!change) return element('li', { class: 'quiet' }, 'Nothing was changed lately.');
  const { at, pool, current, desired, reason } = change;
  const time = element('time', { datetime: new Date(at).toISOString() }, toTime(at));
  return element('li', {}, time, element('strong', {}, `${pool}: ${current ?? '?'} → ${desired}`), ` ${reason}`);
}
