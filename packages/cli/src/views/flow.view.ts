import type { Flow, FlowNode, FlowSummary } from '@dts/client';
import { details } from '../output/details.js';
import { type Canvas, type Palette } from '../output/palette.js';
import { printable } from '../output/printable.js';
import { type Column, limit } from '../output/table.js';
import { formatRelative } from '../values/instant.js';
import { formatCount } from '../values/number.js';
import { jobLine } from './job.view.js';

const STYLES = { running: 'cyan', completed: 'green', failed: 'red', cancelled: 'yellow' } as const satisfies Record<
  Flow['state'],
  Parameters<Palette>[0]
>;

export function flowColumns(now: number): readonly Column<FlowSummary>[] {
  return [
    { title: 'ID', value: ({ id }) => id },
    { title: 'NAME', value: ({ name }) => name, flexible: true },
    { title: 'STATE', value: ({ state }) => state, style: ({ state }) => STYLES[state] },
    { title: 'JOBS', value: ({ jobs }) => formatCount(jobs), align: 'right' },
    { title: 'SUBMITTED', value: ({ submittedAt }) => formatRelative(submittedAt, now) },
    { title: 'FINISHED', value: ({ finishedAt }) => formatRelative(finishedAt, now) },
    { title: 'ERROR', value: ({ error }) => (error ? `${error.code}: ${error.message}` : '') },
  ];
}

/** A flow as a tree, the root first. */
export function flowDetails(flow: Flow, { paint, columns }: Canvas, now = Date.now()): string {
  const counts = Object.entries(flow.counts).map(([state, count]) => `${formatCount(count ?? 0)} ${printable(state)}`);
  const head = details(
    [
      ['Flow', printable(flow.id)],
      ['State', paint(STYLES[flow.state], flow.state)],
      ['Jobs', counts.join(', ')],
      ['Submitted', formatRelative(flow.submittedAt, now)],
      ['Finished', formatRelative(flow.finishedAt, now)],
    ],
    paint,
  );
  return [head, '', ...tree(flow.root, paint).map((line) => limit(line, columns))].join('\n');
}

function tree({ job, onFailure, children }: FlowNode, paint: Palette): string[] {
  const mode = onFailure && onFailure !== 'fail' ? paint('dim', `  (if it fails: ${printable(onFailure)})`) : '';
  const lines = children.flatMap((child, index) => {
    const isLast = index === children.length - 1;
    return tree(child, paint).map((line, row) => (row === 0 ? (isLast ? '└─ ' : '├─ ') : isLast ? '   ' : '│  ') + line);
  });
  return [jobLine(job, paint) + mode, ...lines];
}
