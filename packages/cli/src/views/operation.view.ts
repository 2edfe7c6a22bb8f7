import type { Operation } from '@dts/client';
import { details } from '../output/details.js';
import type { Palette } from '../output/palette.js';
import { printable, toJson } from '../output/printable.js';
import type { Progress } from '../output/progress-bar.js';
import type { Column } from '../output/table.js';
import { formatRelative } from '../values/instant.js';
import { formatCount } from '../values/number.js';

const STYLES = { completed: 'green', running: 'cyan', cancelled: 'yellow', failed: 'red' } as const satisfies Record<
  Operation['state'],
  Parameters<Palette>[0]
>;

export function operationColumns(now: number): readonly Column<Operation>[] {
  return [
    { title: 'ID', value: ({ id }) => id },
    { title: 'KIND', value: ({ kind }) => kind },
    { title: 'STATE', value: ({ state }) => state, style: ({ state }) => STYLES[state] },
    { title: 'DONE', value: ({ done }) => formatCount(done), align: 'right' },
    { title: 'SKIPPED', value: ({ skipped }) => formatCount(skipped), align: 'right' },
    { title: 'FAILED', value: ({ failed }) => formatCount(failed), align: 'right' },
    { title: 'LOOKED AT', value: ({ examined, toExamine }) => `${formatCount(examined)}/${formatCount(toExamine)}`, align: 'right' },
    { title: 'BY', value: ({ createdBy }) => createdBy },
    { title: 'CREATED', value: ({ createdAt }) => formatRelative(createdAt, now) },
    { title: 'FILTER', value: ({ filter }) => toJson(filter) },
  ];
}

export function operationDetails(operation: Operation, paint: Palette, now = Date.now()): string {
  const { limit, ratePerSecond, error } = operation;
  return details(
    [
      ['Operation', printable(operation.id)],
      ['Kind', printable(operation.kind)],
      ['State', paint(STYLES[operation.state], operation.state)],
      ['Filter', toJson(operation.filter)],
      ['Limit', limit === null ? undefined : formatCount(limit)],
      ['Rate', ratePerSecond === null ? undefined : `${formatCount(ratePerSecond)} a second`],
      ['Jobs', counts(operation)],
      ['By', printable(operation.createdBy)],
      ['Created', formatRelative(operation.createdAt, now)],
      ['Finished', formatRelative(operation.finishedAt, now)],
      ['Error', error ? paint('red', printable(`${error.code}: ${error.message}`)) : undefined],
    ],
    paint,
  );
}

/** How far it is. */
export function operationProgress(operation: Operation): Progress {
  return { value: operation.examined, total: operation.toExamine, text: counts(operation) };
}

function counts({ done, skipped, failed, examined, toExamine }: Operation): string {
  const looked = `${formatCount(examined)} of ${formatCount(toExamine)} looked at`;
  return `${formatCount(done)} done, ${formatCount(skipped)} skipped, ${formatCount(failed)} failed; ${looked}`;
}
