import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { printIds, take } from './list.js';
import { plain } from './palette.js';
import { Printer } from './printer.js';

function counting() {
  const asked = { count: 0 };
  async function* numbers() {
    for (let number = 0; number < 5; number++) {
      asked.count++;
      yield number;
    }
  }
  return { asked, numbers: numbers() };
}

describe('take', () => {
  it('gives the first ones and tells of more, having asked for one beyond', async () => {
    const { asked, numbers } = counting();
    expect(await take(numbers, 2)).toEqual({ items: [0, 1], more: true });
    expect(asked.count).toBe(3);
  });

  it.each([5, 6, Number.POSITIVE_INFINITY])('gives all of five when asked for %p', async (limit) => {
    expect(await take(counting().numbers, limit)).toEqual({ items: [0, 1, 2, 3, 4], more: false });
  });
});

describe('printIds', () => {
  it('prints each id before it asks for the next, and no more than it should', async () => {
    const told: string[] = [];
    const out = new Writable({
      write(chunk, _encoding, done) {
        told.push(`printed ${String(chunk).trim()}`);
        done();
      },
    });
    async function* jobs() {
      for (const id of ['io_1', 'io_2', 'io_3']) {
        told.push(`asked for ${id}`);
        yield { id };
      }
    }
    await printIds(new Printer({ out, err: out, json: false, paint: plain, columns: 80 }), jobs(), 2);
    expect(told).toEqual(['asked for io_1', 'printed io_1', 'asked for io_2', 'printed io_2']);
  });
});
