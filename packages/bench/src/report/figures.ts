import { summarize } from '../summary.js';
import { format, valuesOf } from '../table.js';
import type { Result } from './result.js';
import { escapeXml, HEAD, LEFT, picture, ROW, ticksTo, WIDTH } from './svg.js';

const RIGHT = WIDTH - 90;

/** The first metric as an SVG: for each contender its rounds as dots, the median as a bar. */
export function drawFigures({ workload, contenders, rounds }: Result): string {
  const [metric = { key: '', title: '', digits: 0 }] = workload.metrics;
  const rows = contenders
    .map(({ name }) => ({ name, values: valuesOf(rounds, name, metric.key) }))
    .filter(({ values }) => values.length > 0);
  const ticks = ticksTo(Math.max(0, ...rows.flatMap(({ values }) => values)));
  const x = (value: number) => LEFT + (value / (ticks.at(-1) ?? 1)) * (RIGHT - LEFT);
  const bottom = HEAD + rows.length * ROW;
  const grid = ticks.map((value) => {
    const label = `<text x="${x(value).toFixed(1)}" y="${bottom + 16}" class="middle">${value.toLocaleString('en-US')}</text>`;
    return `<path class="grid" d="M${x(value).toFixed(1)} ${HEAD - 4}V${bottom}"/>${label}`;
  });
  const drawn = rows.map(({ name, values }, index) => {
    const y = HEAD + index * ROW + ROW / 2;
    const { median } = summarize(values);
    const dots = values.map((value) => `<circle cx="${x(value).toFixed(1)}" cy="${y}" r="3"/>`).join('');
    return [
      `<text x="${LEFT - 8}" y="${y + 4}" class="name end">${escapeXml(name)}</text>`,
      `<rect class="${index === 0 ? 'first' : 'second'}" x="${LEFT}" y="${y - 9}" width="${Math.max(0, x(median) - LEFT).toFixed(1)}" height="18"/>${dots}`,
      `<text x="${WIDTH - 8}" y="${y + 4}" class="name end">${format(median, metric.digits)}</text>`,
    ].join('');
  });
  return picture(`${workload.title}: ${metric.title}`, bottom + 26, [...grid, ...drawn]);
}
