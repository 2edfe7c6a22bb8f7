export const WIDTH = 820;
/** Where the names end and the figures begin. */
export const LEFT = 330;
/** Of the title. */
export const HEAD = 44;
/** Of one line of the figure. */
export const ROW = 28;

/** Light and dark, as the reader's page is. */
const STYLE = `
  svg { color-scheme: light dark; --ink: #1b1f24; --soft: #59636e; --line: #d1d9e0; --page: #fff; --first: #0969da; --second: #8c959f; --good: #1a7f37; --bad: #cf222e; }
  @media (prefers-color-scheme: dark) { svg { --ink: #e6edf3; --soft: #9198a1; --line: #3d444d; --page: #0d1117; --first: #4493f8; --second: #656c76; --good: #3fb950; --bad: #f85149; } }
  text { font: 11px system-ui, sans-serif; fill: var(--soft); } .head { font-size: 14px; font-weight: 600; fill: var(--ink); } .name { fill: var(--ink); } .end { text-anchor: end; } .middle { text-anchor: middle; }
  .page { fill: var(--page); } .first { fill: var(--first); opacity: .8; } .second { fill: var(--second); opacity: .8; } circle { fill: var(--ink); opacity: .7; } .aim { fill: var(--soft); }
  .grid { stroke: var(--line); stroke-dasharray: 1 3; } .level { stroke: var(--ink); } .good { fill: var(--good); stroke: var(--good); stroke-width: 2; opacity: 1; } .bad { fill: var(--bad); stroke: var(--bad); stroke-width: 2; opacity: 1; }`;

export function picture(title: string, height: number, body: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeXml(title)}">`,
    `<style>${STYLE}\n</style>`,
    `<rect class="page" width="${WIDTH}" height="${height}" rx="8"/>`,
    `<text x="16" y="24" class="head">${escapeXml(title)}</text>`,
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Round numbers from 0 to the first one that is not below `highest`. */
export function ticksTo(highest: number): number[] {
  if (highest <= 0) return [0, 1];
  const rough = highest / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
  return Array.from({ length: Math.ceil(highest / step) + 1 }, (_, index) => Number((index * step).toPrecision(6)));
}
