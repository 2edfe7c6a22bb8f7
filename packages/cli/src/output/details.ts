import { type Palette, plain } from './palette.js';

/** Names with their values, one a line; those without a value are left out. Values are ready to be printed. */
export function details(entries: readonly (readonly [name: string, value: string | undefined])[], paint: Palette = plain): string {
  const present = entries.filter((entry): entry is readonly [string, string] => entry[1] !== undefined && entry[1] !== '');
  const width = Math.max(0, ...present.map(([name]) => name.length));
  return present.map(([name, value]) => `${paint('bold', name.padEnd(width))}  ${value}`).join('\n');
}

/** A block under a title, indented. */
export function section(title: string, body: string, paint: Palette = plain): string {
  return `\n${paint('bold', title)}\n${body.replace(/^/gm, '  ')}`;
}
