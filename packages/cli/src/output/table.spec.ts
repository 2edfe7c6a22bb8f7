import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import stringWidth from 'string-width';
import { paletteFor, plain } from './palette.js';
import { type Column, table } from './table.js';

interface Row {
  readonly name: string;
  readonly count: number;
  readonly error: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'NAME', value: ({ name }) => name, flexible: true },
  { title: 'COUNT', value: ({ count }) => String(count), align: 'right', style: ({ count }) => (count > 9 ? 'red' : undefined) },
  { title: 'ERROR', value: ({ error }) => error },
];
const ROWS: readonly Row[] = [
  { name: 'a', count: 1, error: '' },
  { name: 'a long name that takes much room', count: 1_000, error: 'connection refused by the other side of the wire' },
  { name: '漢字漢字漢字漢字漢字漢字漢字漢字漢字', count: 10, error: 'x\x1b[31m\ny' },
];
const coloured = paletteFor({ isTTY: true }, {}, true);

describe('table', () => {
  it('gives every column the width that it needs where there is room', () => {
    const rows = ROWS.slice(0, 2).map((row) => ({ ...row, name: row.name.slice(0, 6) }));
    expect(table(rows, COLUMNS, { paint: plain, columns: Number.POSITIVE_INFINITY })).toBe(
      ['NAME    COUNT  ERROR', 'a           1', 'a long   1000  connection refused by the other side of the wire'].join('\n'),
    );
  });

  it.each([120, 80, 60, 40, 25, 10])('is no wider than %p columns, wide characters and colours included', (columns) => {
    const lines = table(ROWS, COLUMNS, { paint: coloured, columns }).split('\n');
    expect(lines).toHaveLength(4);
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
  });

  it('narrows what may give way, and leaves the figures whole', () => {
    const [, , second = ''] = table(ROWS, COLUMNS, { paint: plain, columns: 40 }).split('\n');
    expect(second).toMatch(/^a long .*…\s+1000\s+connection.*…$/);
  });

  it('takes as many rows as a list may have', () => {
    const rows = Array.from({ length: 200_000 }, () => ({ name: 'a', count: 1, error: '' }));
    expect(table(rows, COLUMNS.slice(0, 1), { paint: plain, columns: 80 }).length).toBe('NAME'.length + rows.length * '\na'.length);
  });

  it('shows control characters instead of obeying them', () => {
    expect(stripVTControlCharacters(table(ROWS, COLUMNS, { paint: coloured, columns: 200 }))).toContain('x\\u001b[31m\\ny');
  });
});

describe('paletteFor', () => {
  const red = (stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv, wanted = true) => paletteFor(stream, env, wanted)('red', 'x') !== 'x';

  it.each([
    ['a terminal', { isTTY: true }, {}, true],
    ['a pipe', {}, {}, false],
    ['a terminal with NO_COLOR', { isTTY: true }, { NO_COLOR: '1' }, false],
    ['a terminal with an empty NO_COLOR, which does not count', { isTTY: true }, { NO_COLOR: '' }, true],
    ['a pipe with FORCE_COLOR', {}, { FORCE_COLOR: '1' }, true],
    ['a pipe with an empty FORCE_COLOR, which does not count', {}, { FORCE_COLOR: '' }, false],
    ['a dumb terminal', { isTTY: true }, { TERM: 'dumb' }, false],
  ])('for %s', (_what, stream, env, is) => expect(red(stream, env)).toBe(is));

  it('gives way to --no-color', () => expect(red({ isTTY: true }, { FORCE_COLOR: '1' }, false)).toBe(false));
});
