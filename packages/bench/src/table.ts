import type { Judgement, Verdict } from './goal.js';
import { type Summary, summarize } from './summary.js';
import type { Goal, Metric, Round } from './workload.js';

/** A table as rows of cells, its head first. */
export type Rows = readonly (readonly string[])[];

export const MARKS: Readonly<Record<Verdict, string>> = {
  aim: '✓ aim',
  must: '✓',
  missed: '✗',
  far: '✗ far',
  unknown: '? not measured',
};

/** A row for each contender: medians, the quartiles in brackets. */
export function figureRows(metrics: readonly Metric[], names: readonly string[], rounds: readonly Round[]): Rows {
  const row = (name: string) => metrics.map(({ key, digits }) => cell(valuesOf(rounds, name, key), digits));
  return [['', ...metrics.map(({ title }) => title)], ...names.map((name) => [name, ...row(name)])];
}

/** A row for each goal: the value, its quartiles, what it must and may be, and whether it is. */
export function goalRows(judgements: readonly Judgement[]): Rows {
  const rows = judgements.map(({ goal, values, verdict }) => {
    const digits = goal.digits ?? 2;
    return [goal.title, cell(values, digits), bound(goal, goal.must, digits), bound(goal, goal.aim, digits), MARKS[verdict]];
  });
  return [['', 'median', 'must', 'aim', ''], ...rows];
}

/** For a terminal: the first column to the left, all others to the right. */
export function alignColumns(rows: Rows): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const pad = (text: string, column: number) => (column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0));
  return rows.map((row) => `  ${row.map(pad).join('   ')}`.trimEnd()).join('\n');
}

export function valuesOf(rounds: readonly Round[], name: string, key: string): number[] {
  return rounds.map((round) => round[name]?.[key] ?? Number.NaN).filter((value) => Number.isFinite(value));
}

export function format(value: number, digits: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function cell(values: readonly number[], digits: number): string {
  return values.length === 0 ? '–' : withSpread(summarize(values), digits);
}

function withSpread({ median, quartiles: [lower, upper] }: Summary, digits: number): string {
  return lower === upper ? format(median, digits) : `${format(median, digits)} (${format(lower, digits)}–${format(upper, digits)})`;
}

function bound({ better }: Goal, value: number | undefined, digits: number): string {
  return value === undefined ? '–' : `${better === 'higher' ? '≥' : '≤'} ${format(value, digits)}`;
}
