import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import type { Canvas, Palette } from './palette.js';
import { printable } from './printable.js';

const GAP = '  ';
/** Columns that give way are not narrowed below this. */
const NARROWEST = 8;

export interface Column<Item> {
  readonly title: string;
  /** May come from anywhere: what it holds is shown, not obeyed. */
  readonly value: (item: Item) => string;
  readonly style?: (item: Item) => Parameters<Palette>[0] | undefined;
  readonly align?: 'right';
  /** Gives way when the terminal is too narrow; the last column does in any case. */
  readonly flexible?: boolean;
}

/** Rows under titles, no wider than the terminal. */
export function table<Item>(items: readonly Item[], columns: readonly Column<Item>[], canvas: Canvas): string {
  const { paint } = canvas;
  const cells = items.map((item) => columns.map((column) => printable(column.value(item))));
  const widths = fit(columns, cells, canvas.columns);
  const line = (texts: readonly string[], dress: (text: string, index: number) => string) => {
    const padded = texts.map((text, index) => dress(pad(text, widths[index] ?? 0, columns[index]?.align), index));
    return limit(padded.join(GAP).trimEnd(), canvas.columns);
  };
  const rows = items.map((item, row) =>
    line(cells[row] ?? [], (text, index) => {
      const style = columns[index]?.style?.(item);
      return style ? paint(style, text) : text;
    }),
  );
  const titles = columns.map(({ title }) => title);
  return [line(titles, (text) => paint('bold', text)), ...rows].join('\n');
}

/** A text in exactly so many columns. */
function pad(text: string, width: number, align?: 'right'): string {
  const cut = limit(text, width);
  const space = ' '.repeat(Math.max(0, width - stringWidth(cut)));
  return align === 'right' ? space + cut : cut + space;
}

/** A text in at most so many columns. */
export function limit(text: string, columns: number): string {
  return stringWidth(text) <= columns ? text : cliTruncate(text, columns);
}

function fit<Item>(columns: readonly Column<Item>[], cells: readonly (readonly string[])[], available: number): number[] {
  const widths = columns.map(({ title }, index) =>
    cells.reduce((widest, row) => Math.max(widest, stringWidth(row[index] ?? '')), stringWidth(title)),
  );
  const flexible = columns.flatMap((column, index) => (column.flexible || index === columns.length - 1 ? [index] : []));
  let excess = widths.reduce((sum, width) => sum + width, 0) + GAP.length * (columns.length - 1) - available;
  while (excess > 0) {
    const widest = flexible.reduce((best, index) => ((widths[index] ?? 0) > (widths[best] ?? 0) ? index : best), flexible[0] ?? 0);
    if ((widths[widest] ?? 0) <= NARROWEST) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess -= 1;
  }
  return widths;
}
