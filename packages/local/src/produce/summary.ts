import type { Deliveries } from './deliveries.js';
import { type Percentiles, percentiles } from './percentiles.js';

const SHOWN = 10;
const COLUMN = 12;

/** What a run did, for people. */
export function summarise(deliveries: Deliveries): string {
  const { count, submitted, arrived, completed, duration } = deliveries;
  return [
    `${whole(submitted)} of ${whole(count)} jobs submitted, ${whole(arrived)} arrived, ${whole(completed)} completed.`,
    ...(duration > 0 ? [`${rate(arrived, duration)} from the first submission to the last arrival (${milliseconds(duration)})`, ''] : []),
    ...table({
      submit: percentiles(deliveries.submitTimes()),
      'pick-up': percentiles(deliveries.pickUpTimes()),
      completion: percentiles(deliveries.completionTimes()),
    }),
    ...(deliveries.retried > 0
      ? [`Retried ${whole(deliveries.retried)} submissions, with the same keys, while the gateway could not answer.`]
      : []),
    ...(deliveries.repeats > 0 ? [`${whole(deliveries.repeats)} deliveries were repeats: delivery is at-least-once.`] : []),
  ].join('\n');
}

/** Accounts for the jobs that did not arrive or did not complete; empty when there are none. */
export function accountForLosses(deliveries: Deliveries): string {
  const missing = [...deliveries.missing()];
  const { failed } = deliveries;
  const lines: string[] = [];
  if (missing.length > 0) {
    lines.push(`${whole(missing.length)} jobs were submitted and have not arrived:`);
    lines.push(...shown(missing.map((number) => deliveries.idOf(number) ?? '')));
  }
  if (failed.length > 0) {
    lines.push(`${whole(failed.length)} jobs did not do what they were submitted for:`);
    lines.push(...shown(failed.map(({ id, reason }) => `${id} is ${reason}`)));
  }
  return lines.join('\n');
}

function shown(lines: readonly string[]): string[] {
  const more = lines.length - SHOWN;
  return [...lines.slice(0, SHOWN).map((line) => `  ${line}`), ...(more > 0 ? [`  and ${whole(more)} more`] : [])];
}

function table(rows: Readonly<Record<string, Percentiles | undefined>>): string[] {
  const measured = Object.entries(rows).flatMap(([name, figures]) => (figures ? [[name, figures] as const] : []));
  if (measured.length === 0) return [];
  const columns = ['p50', 'p95', 'p99', 'max'] as const;
  const line = (name: string, cells: readonly string[]) => name.padEnd(COLUMN) + cells.map((cell) => cell.padStart(COLUMN)).join('');
  return [
    line('', columns),
    ...measured.map(([name, figures]) =>
      line(
        name,
        columns.map((column) => milliseconds(figures[column])),
      ),
    ),
  ];
}

function milliseconds(value: number): string {
  return value >= 1_000 ? `${(value / 1_000).toFixed(2)} s` : `${value.toFixed(1)} ms`;
}

function rate(count: number, durationMs: number): string {
  return `${((count / durationMs) * 1_000).toFixed(1)} jobs/s`;
}

function whole(value: number): string {
  return value.toLocaleString('en-US');
}
