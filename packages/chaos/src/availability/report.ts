import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { escapeHtml } from '../report/escape.js';
import type { Availability, Fault, Share } from './figures.js';

const WIDTH = 1_000;
const HEIGHT = 70;
const TOP = 26;
/** 30 days. */
const MONTH_MS = 30 * 24 * 3_600_000;
const PROMISED = 0.999;

export interface SoakReport {
  readonly seed: number;
  readonly minutes: number;
  /** Submissions a second beside the prober. */
  readonly perSecond: number;
  readonly machine: string;
  /** Unix milliseconds. */
  readonly span: { readonly from: number; readonly to: number };
  readonly faults: readonly Fault[];
  readonly availability: Availability;
  /** Of the jobs, by the audit. */
  readonly acknowledged: number;
  readonly lost: number;
  /** What does not hold, a line each. */
  readonly reasons: readonly string[];
}

export async function writeSoakReport(folder: string, report: SoakReport): Promise<void> {
  await Promise.all([
    writeFile(join(folder, 'availability.json'), `${JSON.stringify(report, undefined, 1)}\n`),
    writeFile(join(folder, 'availability.svg'), drawTimeline(report)),
    writeFile(join(folder, 'availability.html'), toHtml(report)),
  ]);
}

/** The figures as lines of Markdown, for the terminal and for docs/availability.md. */
export function describeSoak(report: SoakReport): string {
  const { all, byKind, time, outages, costs } = report.availability;
  const longest = Math.max(0, ...outages.map(({ ms }) => ms));
  const mean = costs.reduce((sum, { meanMs, times }) => sum + meanMs * times, 0) / Math.max(1, report.faults.length);
  return [
    `| | asked | failed at once | failed for 5 s | succeeded at once | within 5 s |`,
    '|---|---|---|---|---|---|',
    ...[['all', all] as const, ...Object.entries(byKind)].map(([name, share]) => `| ${name} | ${cells(share).join(' | ')} |`),
    '',
    `${percent(time)} of the time nothing failed; ${outages.length} outages, the longest ${longest} ms; ${report.faults.length} faults.`,
    `${percent(PROMISED)} of a month leaves room for ${Math.floor((MONTH_MS * (1 - PROMISED)) / Math.max(1, mean))} such faults.`,
    '',
    '| fault | times | noticed | outage of each, mean | at most |',
    '|---|---|---|---|---|',
    ...costs.map(({ fault, times, noticed, meanMs, longestMs }) => `| ${fault} | ${times} | ${noticed} | ${meanMs} ms | ${longestMs} ms |`),
    '',
    `${report.lost} lost of ${report.acknowledged.toLocaleString('en-US')} acknowledged.`,
  ].join('\n');
}

function cells({ asked, failed, lost, raw, repeated }: Share): string[] {
  return [asked.toLocaleString('en-US'), String(failed), String(lost), percent(raw), percent(repeated)];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0.999 ? 3 : 2)} %`;
}

/** A line at each fault, and a bar as long as each outage. */
function drawTimeline({ span, faults, availability, minutes }: SoakReport): string {
  const x = (at: number) => ((at - span.from) / (span.to - span.from)) * WIDTH;
  const ticks = Array.from({ length: Math.floor(minutes / 5) + 1 }, (_, index) => index * 5);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-10 0 ${WIDTH + 20} ${HEIGHT + 20}" role="img" aria-label="Availability over time" font-family="sans-serif" font-size="11">`,
    `<rect x="0" y="${TOP}" width="${WIDTH}" height="${HEIGHT - TOP}" fill="#2da44e"/>`,
    ...availability.outages.map(({ from, ms }) => {
      const width = Math.max(1, x(from + ms) - x(from)).toFixed(1);
      return `<rect x="${x(from).toFixed(1)}" y="${TOP}" width="${width}" height="${HEIGHT - TOP}" fill="#cf222e"><title>${ms} ms</title></rect>`;
    }),
    ...faults.map(({ at, label }) => {
      const left = x(at).toFixed(1);
      return `<path d="M${left} ${TOP - 8}V${TOP}" stroke="#59636e"><title>${escapeHtml(label)}</title></path>`;
    }),
    `<text x="0" y="12" fill="#59636e">faults (ticks), all probes answered (green), a probe failed (red)</text>`,
    ...ticks.map(
      (minute) => `<text x="${x(span.from + minute * 60_000).toFixed(1)}" y="${HEIGHT + 14}" fill="#59636e">${minute} min</text>`,
    ),
    '</svg>',
    '',
  ].join('\n');
}

function toHtml(report: SoakReport): string {
  const reasons = report.reasons.map((reason) => `<li>${escapeHtml(reason)}</li>`).join('');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Availability under faults, seed ${report.seed}</title>
<style>body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; } svg { width: 100%; }</style>
<h1>Availability under faults: ${percent(report.availability.all.raw)} at once, ${percent(report.availability.all.repeated)} within 5 s</h1>
${drawTimeline(report)}
<ul>${reasons}</ul>
<pre>${escapeHtml(describeSoak(report))}</pre>
<p>${report.minutes} minutes on ${escapeHtml(report.machine)}. Again: <code>npm run soak -- --minutes ${report.minutes} --seed ${report.seed}</code></p>
</html>
`;
}
