import { printable } from './printable.js';
import type { Printer } from './printer.js';
import { type Column, table } from './table.js';

/** How many things a list shows unless told otherwise. */
export const SHOWN = 50;

export interface Shown<Item> {
  readonly items: readonly Item[];
  /** Whether there are others that the limit left out. */
  readonly more: boolean;
}

/** The first ones, and whether there are more; nothing beyond them is asked for but one. */
export async function take<Item>(source: AsyncIterable<Item> | Iterable<Item>, limit: number): Promise<Shown<Item>> {
  const items: Item[] = [];
  for await (const item of source) {
    if (items.length === limit) return { items, more: true };
    items.push(item);
  }
  return { items, more: false };
}

/** The first ids, one a line, as they come: there may be more of them than memory holds. */
export async function printIds(printer: Printer, source: AsyncIterable<{ readonly id: string }>, limit: number): Promise<void> {
  let left = limit;
  for await (const { id } of source) {
    printer.line(id, () => printable(id));
    if (--left <= 0) return;
  }
}

/** As one document `{ items, more }`, or as a table. */
export function showList<Item>(printer: Printer, shown: Shown<Item>, columns: readonly Column<Item>[], nothing: string): void {
  printer.document(shown, () => (shown.items.length > 0 ? table(shown.items, columns, printer) : ''));
  if (shown.items.length === 0) printer.note(nothing);
  if (shown.more) printer.note(`There are more: --limit ${shown.items.length * 2}, or --all.`);
}
