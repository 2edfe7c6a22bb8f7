import type { Comparison } from './compare.js';
import { summarize } from './summary.js';
import type { Metric, Pair, Sample } from './workload.js';

/** Medians with the lowest and the highest round, and product ÷ peer; one metric a column. */
export function renderTable(metrics: readonly Metric[], pair: Pick<Pair, 'product' | 'peer'>, comparison: Comparison): string {
  const rows = [
    ['', ...metrics.map(({ title }) => title)],
    [pair.product.name, ...metrics.map((metric) => cell(metric, comparison.product))],
    [pair.peer.name, ...metrics.map((metric) => cell(metric, comparison.peer))],
    [`${pair.product.name} ÷ ${pair.peer.name}`, ...metrics.map(({ key }) => ratio(comparison, key))],
  ];
  const widths = ['', ...metrics].map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((text, column) => (column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0))).join('   ');
  return rows.map((row) => `  ${line(row)}`.trimEnd()).join('\n');
}

function cell({ key, digits }: Metric, samples: readonly Sample[]): string {
  const { median, lowest, highest } = summarize(samples, key);
  const format = (value: number) => value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return lowest === highest ? format(median) : `${format(median)} (${format(lowest)}–${format(highest)})`;
}

/** Of the medians; "–" where the peer's is nothing to divide by. */
function ratio({ product, peer }: Comparison, key: string): string {
  const divisor = summarize(peer, key).median;
  return divisor === 0 ? '–' : (summarize(product, key).median / divisor).toFixed(2);
}
