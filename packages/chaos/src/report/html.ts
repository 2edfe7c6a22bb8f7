import type { ArmResult, ScenarioResult } from '../run/result.js';
import { escapeHtml } from './escape.js';
import { HEADINGS, PROMISE, type Row, summary, toRows, whatBecame } from './figures.js';
import { LATENCY, plot, THROUGHPUT } from './plot.js';
import { type ReportHead, replayOf } from './report-head.js';

const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --line: #d1d9e0; --page: #fff; --first: #0969da; --second: #bc4c00; --bad: #cf222e; --good: #1a7f37; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9198a1; --line: #3d444d; --page: #0d1117; --first: #4493f8; --second: #f0883e; --bad: #f85149; --good: #3fb950; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); margin: 2rem auto; max-width: 84rem; padding: 0 1rem; }
.scroll { overflow-x: auto; } .soft, small { color: var(--soft); } small { font-weight: 400; font-size: .6em; } .sum { font-size: 1.15em; font-weight: 600; }
code { font: .9em ui-monospace, monospace; }
h2 { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: 1rem; }
table { border-collapse: collapse; font-size: 13px; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line); }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; } td:first-child { white-space: nowrap; }
.pass { color: var(--good); } .fail { color: var(--bad); } .pass, .fail { font-weight: 600; }
.arms { display: grid; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); gap: 1.5rem; }
svg { width: 100%; height: auto; display: block; margin: .5rem 0; }
svg path { fill: none; stroke-width: 1.5; } svg text { fill: var(--ink); font-size: 10px; paint-order: stroke; stroke: var(--page); stroke-width: 3px; } svg .tick { fill: var(--soft); font-size: 9px; } svg .end { text-anchor: end; }
.first { stroke: var(--first); } .second { stroke: var(--second); } .axis { stroke: var(--line); } .mark { stroke: var(--bad); stroke-dasharray: 3 3; }
`;

/** One file that needs nothing else. */
export function toHtml(head: ReportHead, results: readonly ScenarioResult[]): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Faults under load, seed ${head.seeds.join(', ')}</title>
<style>${STYLE}</style>
<h1>Faults under load</h1>
<p class="sum">${escapeHtml(summary(results))}</p>
<p>${escapeHtml(whatBecame(results))} ${escapeHtml(PROMISE)}</p>
<p class="soft">${Math.round(head.took)} s on ${escapeHtml(head.machine)}. Again: <code>npm run chaos -- ${replayOf(head)}</code></p>
${table(results)}
${results.map(section).join('\n')}
</html>
`;
}

function table(results: readonly ScenarioResult[]): string {
  const columns = Object.keys(HEADINGS) as (keyof Row)[];
  const head = columns.map((column) => `<th scope="col">${HEADINGS[column]}</th>`).join('');
  const rows = toRows(results).map((row) => `<tr>${columns.map((column) => cell(column, row[column])).join('')}</tr>`);
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

const NUMBERS: ReadonlySet<keyof Row> = new Set(['acknowledged', 'lost', 'repeated', 'recovery', 'latency']);

function cell(column: keyof Row, text: string): string {
  if (column === 'scenario') return `<td><a href="#${escapeHtml(text)}">${escapeHtml(text)}</a></td>`;
  const style = column === 'verdict' ? text : NUMBERS.has(column) ? 'number' : '';
  return `<td class="${escapeHtml(style)}">${escapeHtml(text)}</td>`;
}

function section({ scenario, seed, verdict, reasons, arms }: ScenarioResult): string {
  const why = reasons.map((reason) => `<li>${escapeHtml(reason)}</li>`).join('');
  return `<h2 id="${escapeHtml(scenario.name)}">${escapeHtml(scenario.name)} <span class="${verdict}">${verdict}</span> <small>seed ${seed}</small></h2>
<p>${escapeHtml(scenario.fault)}. Must hold: ${escapeHtml(scenario.holds)}.</p>
${why && `<ul class="fail">${why}</ul>`}
<div class="arms">${arms.map((arm) => drawArm(arm, scenario.control)).join('\n')}</div>`;
}

function drawArm({ arm, moments, marks, expectations }: ArmResult, control: string): string {
  const checks = expectations.map(({ what, holds, detail }) => `<li>${escapeHtml(`${what}: ${holds ? 'yes' : 'no'} (${detail})`)}</li>`);
  return `<section><h3>${arm === 'control' ? `Control: ${escapeHtml(control)}` : 'Product'}</h3>
${plot(THROUGHPUT, moments, marks)}
${plot(LATENCY, moments, marks)}
<ul>${checks.join('')}</ul></section>`;
}
