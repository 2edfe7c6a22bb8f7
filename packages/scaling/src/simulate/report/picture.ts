import type { Comparison } from '../comparison/compare.js';
import { NAMES } from '../comparison/contender.js';
import type { Outcome } from '../comparison/outcome.js';
import { judge, outcomeOf } from '../comparison/verdict.js';
import type { Moment } from '../run/timeline.js';
import { drawPanel, type Panel, type Series } from './panel.js';

const WIDTH = 760;
const LEFT = 64;
const RIGHT = WIDTH - 16;
const HEAD = 58;
const PANEL = 140;
const TITLE = 26;
const FOOT = 26;

const STYLE = `
  svg { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --line: #d1d9e0; --page: #fff; --first: #0969da; --second: #bc4c00; --third: #8250df; --load: #d1d9e0; --bad: #cf222e; }
  @media (prefers-color-scheme: dark) { svg { --ink: #e6edf3; --soft: #9198a1; --line: #3d444d; --page: #0d1117; --first: #4493f8; --second: #f0883e; --third: #ab7df8; --load: #3d444d; --bad: #f85149; } }
  rect { fill: var(--page); } text { font: 10px system-ui, sans-serif; fill: var(--soft); } .head { font-size: 15px; font-weight: 600; fill: var(--ink); } .title, .name { font-size: 11px; fill: var(--ink); } .end { text-anchor: end; } .middle { text-anchor: middle; }
  path { fill: none; stroke-width: 1.5; stroke-linejoin: round; } .axis, .grid { stroke: var(--line); stroke-width: 1; } .grid { stroke-dasharray: 1 3; } .level { stroke: var(--bad); stroke-dasharray: 4 3; stroke-width: 1; }
  .first { stroke: var(--first); stroke-width: 2; } .second { stroke: var(--second); } .third { stroke: var(--third); } .load { fill: var(--load); stroke: none; }`;

type Colour = 'first' | 'second' | 'third';

interface Drawn {
  readonly outcome: Outcome;
  readonly colour: Colour;
}

/** A load as an SVG: what came, and backlog, oldest job, workers and their cost, ours over the rivals'. */
export function drawComparison(comparison: Comparison): string {
  const { load, policy } = comparison;
  const drawn = whoIsDrawn(comparison.outcomes);
  const panels = panelsOf(drawn, policy.pickUpTarget / 1_000);
  const seconds = Math.max(load.seconds, ...drawn.flatMap(({ outcome }) => outcome.moments.map(({ at }) => at)));
  const height = HEAD + panels.length * PANEL + FOOT;
  const top = (index: number) => HEAD + index * PANEL + TITLE;
  const bottom = (index: number) => HEAD + (index + 1) * PANEL - 6;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeText(load.name)}">`,
    `<style>${STYLE}\n</style>`,
    `<rect width="${WIDTH}" height="${height}" rx="8"/>`,
    `<text x="${LEFT}" y="24" class="head">${escapeText(load.name)}</text>`,
    legend(drawn),
    ...panels.map((panel, index) => drawPanel(panel, { left: LEFT, right: RIGHT, top: top(index), bottom: bottom(index), seconds })),
    timeAxis(seconds, height - 10),
    '</svg>',
    '',
  ].join('\n');
}

/** Of each rival what comes nearest to ours: its best setting for our price, or else the one by the book. */
function whoIsDrawn(outcomes: readonly Outcome[]): Drawn[] {
  const rivals = (['hpa', 'keda'] as const).flatMap((kind, index) => {
    const [byTheBook, atOurPrice] = judge(outcomes, kind);
    const outcome = atOurPrice?.rival ?? byTheBook?.rival;
    return outcome ? [{ outcome, colour: index === 0 ? ('second' as const) : ('third' as const) }] : [];
  });
  return [...rivals, { outcome: outcomeOf(outcomes, 'dts'), colour: 'first' }]; // ours last, so that it lies on top
}

function panelsOf(drawn: readonly Drawn[], pickUpSeconds: number): Panel[] {
  const each = (of: (moment: Moment) => number): Series[] => drawn.map(({ outcome, colour }) => seriesOf(outcome, colour, of));
  const ours = drawn.at(-1);
  const level = { value: pickUpSeconds, name: `to be picked up within ${pickUpSeconds} s` };
  return [
    { title: 'Jobs that come', unit: '/s', series: ours ? [seriesOf(ours.outcome, 'load', ({ arrivals }) => arrivals)] : [] },
    { title: 'Backlog, jobs', unit: '', series: each(({ backlog }) => backlog) },
    { title: 'Oldest waiting job', unit: ' s', series: each(({ oldest }) => oldest), level },
    { title: 'Workers', unit: '', series: each(({ workers }) => workers) },
    { title: 'Cost so far, worker-minutes', unit: '', series: each(({ workerMinutes }) => workerMinutes) },
  ];
}

function seriesOf({ moments }: Outcome, colour: Series['colour'], of: (moment: Moment) => number): Series {
  return { colour, values: moments.map(of), times: moments.map(({ at }) => at) };
}

function legend(drawn: readonly Drawn[]): string {
  return drawn
    .toReversed()
    .map(({ outcome: { kind, setting }, colour }, index) => {
      const left = LEFT + index * 220;
      const name = setting === '' ? NAMES[kind] : `${NAMES[kind]}, ${setting}`;
      return `<path class="${colour}" d="M${left} 43h18"/><text x="${left + 24}" y="47" class="name">${escapeText(name)}</text>`;
    })
    .join('\n');
}

/** Minutes, or hours where there are many. */
function timeAxis(seconds: number, y: number): string {
  const [unit, name] = seconds > 3 * 3_600 ? [3_600, 'h'] : [60, 'min'];
  const step = [1, 2, 3, 5, 10, 20, 60].find((size) => seconds / unit / size <= 12) ?? 240;
  const count = Math.floor(seconds / unit / step) + 1;
  return Array.from({ length: count }, (_, index) => {
    const x = LEFT + ((index * step * unit) / seconds) * (RIGHT - LEFT);
    return `<text x="${x.toFixed(1)}" y="${y}" class="tick middle">${index * step}${index === 0 ? '' : ` ${name}`}</text>`;
  }).join('');
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
