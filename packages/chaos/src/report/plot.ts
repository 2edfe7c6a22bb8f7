import { BIN_MS, type Mark, type Moment } from '../timeline/timeline.js';
import { escapeHtml } from './escape.js';

const WIDTH = 640;
const HEIGHT = 150;
const LEFT = 48;
const BOTTOM = 20;
const TOP = 18;
/** Pixels of one character of a label, about. */
const CHARACTER = 4.6;

export interface Series {
  readonly name: string;
  /** A class of the style sheet. */
  readonly colour: 'first' | 'second';
  readonly read: (moment: Moment) => number | null;
}

export interface PlotOptions {
  readonly title: string;
  readonly unit: string;
  readonly series: readonly Series[];
  /** Logarithmic, from 1. */
  readonly isLog?: true;
}

const PER_SECOND = 1_000 / BIN_MS;

export const THROUGHPUT: PlotOptions = {
  title: 'Throughput',
  unit: '/s',
  series: [
    { name: 'acknowledged', colour: 'first', read: ({ acknowledged }) => acknowledged * PER_SECOND },
    { name: 'runs ended', colour: 'second', read: ({ ended }) => ended * PER_SECOND },
  ],
};

export const LATENCY: PlotOptions = {
  title: 'Time to acknowledge (logarithmic)',
  unit: ' ms',
  isLog: true,
  series: [
    { name: 'p50', colour: 'first', read: ({ p50 }) => p50 },
    { name: 'p99', colour: 'second', read: ({ p99 }) => p99 },
  ],
};

/** An SVG of one quantity over a run, with a line at each fault. */
export function plot(options: PlotOptions, moments: readonly Moment[], marks: readonly Mark[]): string {
  const { title, unit, series, isLog } = options;
  const highest = Math.max(1, ...moments.flatMap((moment) => series.map(({ read }) => read(moment) ?? 0)));
  const seconds = Math.max(1, (moments.at(-1)?.at ?? 0) + BIN_MS / 1_000, ...marks.map(({ at }) => at));
  const x = (at: number) => LEFT + (at / seconds) * (WIDTH - LEFT - 8);
  const share = (value: number) => (isLog ? Math.log10(Math.max(1, value)) / Math.log10(Math.max(10, highest)) : value / highest);
  const y = (value: number) => HEIGHT - BOTTOM - share(value) * (HEIGHT - BOTTOM - TOP);
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">`,
    `<text x="${LEFT}" y="11" class="title">${title}</text>`,
    legend(series),
    axes(highest, seconds, unit, y, isLog),
    isLog ? decades(highest, y) : '',
    drawMarks(marks, x),
    ...series.map(({ colour, read }) => `<path class="${colour}" d="${line(moments, read, x, y)}"/>`),
    '</svg>',
  ].join('\n');
}

/** Broken where there is no value. */
function line(moments: readonly Moment[], read: Series['read'], x: (at: number) => number, y: (value: number) => number): string {
  let isDrawing = false;
  return moments
    .map((moment) => {
      const value = read(moment);
      const command = isDrawing ? 'L' : 'M';
      isDrawing = value !== null;
      return value === null ? '' : `${command}${x(moment.at + BIN_MS / 2_000).toFixed(1)} ${y(value).toFixed(1)}`;
    })
    .join('');
}

/** A thin line at each power of ten between the ends. */
function decades(highest: number, y: (value: number) => number): string {
  const powers = Array.from({ length: Math.max(0, Math.ceil(Math.log10(highest)) - 1) }, (_, index) => 10 ** (index + 1));
  return powers.map((value) => `<path class="axis" d="M${LEFT} ${y(value).toFixed(1)}H${WIDTH - 8}"/>`).join('');
}

function axes(highest: number, seconds: number, unit: string, y: (value: number) => number, isLog = false): string {
  const base = HEIGHT - BOTTOM;
  return [
    `<path class="axis" d="M${LEFT} ${TOP}V${base}H${WIDTH - 8}"/>`,
    `<text x="${LEFT - 4}" y="${y(highest) + 4}" class="tick end">${Math.round(highest)}${unit}</text>`,
    `<text x="${LEFT - 4}" y="${base}" class="tick end">${isLog ? 1 : 0}</text>`,
    `<text x="${LEFT}" y="${HEIGHT - 6}" class="tick">0 s</text>`,
    `<text x="${WIDTH - 8}" y="${HEIGHT - 6}" class="tick end">${seconds.toFixed(0)} s</text>`,
  ].join('');
}

function legend(series: readonly Series[]): string {
  return series
    .map(({ name, colour }, index) => {
      const left = WIDTH - 8 - (series.length - index) * 100;
      return `<path class="${colour}" d="M${left} 8h16"/><text x="${left + 20}" y="11" class="tick">${name}</text>`;
    })
    .join('');
}

/** A label that would run into the one before is left out; its line tells it when pointed at. */
function drawMarks(marks: readonly Mark[], x: (at: number) => number): string {
  let free = LEFT;
  return marks
    .map(({ at, label }) => {
      const left = x(at);
      const width = label.length * CHARACTER;
      const rule = `<path class="mark" d="M${left.toFixed(1)} ${TOP}V${HEIGHT - BOTTOM}"><title>${escapeHtml(label)}</title></path>`;
      const isLast = left + width > WIDTH;
      const start = isLast ? left - width - 3 : left + 3;
      if (start < free) return rule;
      free = start + width;
      return `${rule}<text x="${start.toFixed(1)}" y="${TOP + 9}" class="tick">${escapeHtml(label)}</text>`;
    })
    .join('');
}
