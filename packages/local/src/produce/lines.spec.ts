import { describe, expect, it } from '@jest/globals';
import { type Line, readLines } from './lines.js';

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function read(content: string | Buffer, { size = 3, maxBytes = 100 } = {}): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const line of readLines(inChunks(Buffer.from(content as string), size), maxBytes)) lines.push(line);
  return lines;
}

describe('readLines', () => {
  it.each([1, 3, 1_000])('splits at LF and CRLF, whatever the chunks (%d bytes)', async (size) => {
    await expect(read('one\r\nzwölf\n3', { size })).resolves.toEqual([
      { number: 1, text: 'one' },
      { number: 2, text: 'zwölf' },
      { number: 3, text: '3' },
    ]);
  });

  it('skips blank lines but counts them, and drops a byte order mark', async () => {
    await expect(read('\uFEFFa\n\n \t\r\nb\n\n')).resolves.toEqual([
      { number: 1, text: 'a' },
      { number: 4, text: 'b' },
    ]);
    await expect(read('')).resolves.toEqual([]);
    await expect(read('\uFEFF\n')).resolves.toEqual([]);
  });

  it('reports a line that is too long, and goes on behind it', async () => {
    await expect(read(`${'x'.repeat(101)}\n${'y'.repeat(100)}\n`)).resolves.toEqual([
      { number: 1, problem: 'the line has 101 bytes; 100 is the limit' },
      { number: 2, text: 'y'.repeat(100) },
    ]);
  });

  it('reports a line that is not UTF-8', async () => {
    await expect(read(Buffer.from([0x61, 0x0a, 0xc3, 0x28, 0x0a, 0x62]))).resolves.toEqual([
      { number: 1, text: 'a' },
      { number: 2, problem: 'the line is not UTF-8' },
      { number: 3, text: 'b' },
    ]);
  });
});
