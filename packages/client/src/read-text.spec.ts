import { describe, expect, it } from '@jest/globals';
import { readText } from './read-text.js';
import { collect } from './testing/collect.js';

/** A body that goes on for ever after `pieces`, and tells whether it was given up. */
function endless(...pieces: Uint8Array[]) {
  const body = { givenUp: false };
  const source = {
    start: (controller: ReadableStreamDefaultController<Uint8Array>) => {
      for (const piece of pieces) controller.enqueue(piece);
    },
    cancel: () => {
      body.givenUp = true;
    },
  };
  return { body, reader: new ReadableStream(source).getReader() };
}

describe('readText', () => {
  it('puts characters together that come in pieces, and ends a silent connection', async () => {
    const bytes = new TextEncoder().encode('\ufeffGrüße 🎉');
    const { body, reader } = endless(...Array.from(bytes, (byte) => Uint8Array.of(byte)));
    expect((await collect(readText(reader, 20))).join('')).toBe('Grüße 🎉');
    expect(body.givenUp).toBe(true);
  });
});
