import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { World } from '../process/world.js';
import { type Line, readLines } from './read-lines.js';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'dts-lines-'));
});
afterAll(() => rmSync(cwd, { recursive: true }));

async function linesOf(path: string, input: Readable = Readable.from([])): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const line of readLines(path, { cwd, in: input as World['in'] })) lines.push(line);
  return lines;
}

describe('readLines', () => {
  it('numbers the lines of a file as an editor does, blank ones left out', async () => {
    writeFileSync(join(cwd, 'jobs.ndjson'), '\ufeff{"a":1}\r\n\n  \n{"b":2}');
    expect(await linesOf('jobs.ndjson')).toEqual([
      { number: 1, text: '{"a":1}\r' },
      { number: 4, text: '{"b":2}' },
    ]);
  });

  it('puts together what comes in pieces, within a character too', async () => {
    const bytes = Buffer.from('grüße\nund 🎉\n');
    expect((await linesOf('-', Readable.from(Array.from(bytes, (byte) => Buffer.of(byte))))).map(({ text }) => text)).toEqual([
      'grüße',
      'und 🎉',
    ]);
  });

  it('says what can not be read', async () => {
    await expect(linesOf('gone')).rejects.toThrow("gone can't be read: ENOENT.");
    await expect(linesOf('.')).rejects.toThrow("can't be read: EISDIR.");
    writeFileSync(join(cwd, 'latin1'), Buffer.from('grüße', 'latin1'));
    await expect(linesOf('latin1')).rejects.toThrow('latin1 is not UTF-8.');
    writeFileSync(join(cwd, 'cut'), Buffer.from('ü').subarray(0, 1));
    await expect(linesOf('cut')).rejects.toThrow('cut is not UTF-8.');
  });
});
