import type { IBufferCell, Terminal } from '@xterm/headless';

/** Pixels of a character, of a 14 px monospaced font. */
const WIDTH = 8.4;
const HEIGHT = 18;
const BASELINE = 13;
const MARGIN = 16;

/** The sixteen colours of a terminal on a dark ground, in their order. */
const COLOURS = [
  '#484f58 #ff7b72 #3fb950 #d29922 #58a6ff #bc8cff #39c5cf #b1bac4',
  '#6e7681 #ffa198 #56d364 #e3b341 #79c0ff #d2a8ff #56d4dd #f0f6fc',
].flatMap((row) => row.split(' '));
const TEXT = '#e6edf3';
const GROUND = '#0d1117';
const BARS = '▁▂▃▄▅▆▇█';

export interface Description {
  readonly title: string;
  readonly description: string;
}

/** What a terminal shows, as a picture. Bars and blocks are drawn, since fonts disagree about them; the rest is text. */
export function toSvg(terminal: Terminal, { title, description }: Description): string {
  const width = Math.ceil(terminal.cols * WIDTH + 2 * MARGIN);
  const height = terminal.rows * HEIGHT + 2 * MARGIN;
  const rows = Array.from({ length: terminal.rows }, (_, row) => drawRow(terminal, row)).filter((row) => row !== '');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title desc" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">`,
    `  <title id="title">${escapeText(title)}</title>`,
    `  <desc id="desc">${escapeText(description)}</desc>`,
    `  <rect width="${width}" height="${height}" rx="8" fill="${GROUND}"/>`,
    `  <g transform="translate(${MARGIN} ${MARGIN})" xml:space="preserve">`,
    ...rows,
    '  </g>',
    '</svg>',
    '',
  ].join('\n');
}

interface Run {
  readonly column: number;
  readonly style: string;
  text: string;
}

function drawRow(terminal: Terminal, row: number): string {
  const line = terminal.buffer.active.getLine(terminal.buffer.active.baseY + row);
  const drawn: string[] = [];
  const runs: Run[] = [];
  for (let column = 0; column < terminal.cols; column++) {
    const cell = line?.getCell(column);
    const text = cell?.getChars() ?? '';
    if (!cell || text === '' || text === ' ') continue;
    const bar = drawBar(text, column, row, colourOf(cell));
    if (bar !== '') drawn.push(bar);
    else addTo(runs, column, styleOf(cell), text);
  }
  return [...drawn, ...runs.map((run) => drawText(run, row))].map((element) => `    ${element}`).join('\n');
}

function addTo(runs: Run[], column: number, style: string, text: string): void {
  const last = runs.at(-1);
  if (last && last.style === style && last.column + last.text.length === column) last.text += text;
  else runs.push({ column, style, text });
}

function drawText({ column, style, text }: Run, row: number): string {
  const length = (text.length * WIDTH).toFixed(1);
  return `<text x="${(column * WIDTH).toFixed(1)}" y="${row * HEIGHT + BASELINE}" textLength="${length}" ${style}>${escapeText(text)}</text>`;
}

function drawBar(text: string, column: number, row: number, colour: string): string {
  const level = text === '░' ? BARS.length : BARS.indexOf(text) + 1;
  if (level === 0) return '';
  const height = ((HEIGHT - 4) * level) / BARS.length;
  const place = `x="${(column * WIDTH).toFixed(1)}" y="${(row * HEIGHT + HEIGHT - 2 - height).toFixed(1)}" width="${WIDTH}" height="${height.toFixed(1)}"`;
  return `<rect ${place} fill="${colour}"${text === '░' ? ' opacity="0.25"' : ''}/>`;
}

function styleOf(cell: IBufferCell): string {
  return `fill="${colourOf(cell)}"${cell.isBold() ? ' font-weight="bold"' : ''}${cell.isDim() ? ' opacity="0.6"' : ''}`;
}

function colourOf(cell: IBufferCell): string {
  return (cell.isFgPalette() ? COLOURS[cell.getFgColor()] : undefined) ?? TEXT;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
