const NEWLINE = 0x0a;
const BOM = '\uFEFF';

/** A line of a file, by number from 1; or why it can't be read. */
export type Line = { readonly number: number; readonly text: string } | { readonly number: number; readonly problem: string };

/**
 * Splits bytes into lines, holding one line at a time. Takes LF and CRLF, drops a byte order mark and blank lines.
 * A line of more than `maxBytes` is not kept, only reported.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Line> {
  let number = 1;
  let parts: Uint8Array[] = [];
  let bytes = 0;
  const add = (part: Uint8Array) => {
    bytes += part.length;
    if (bytes > maxBytes) parts = [];
    else parts.push(part);
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let to = chunk.indexOf(NEWLINE); to >= 0; to = chunk.indexOf(NEWLINE, from)) {
      add(chunk.subarray(from, to));
      yield* toLine(number++, parts, bytes, maxBytes);
      [parts, bytes, from] = [[], 0, to + 1];
    }
    add(chunk.subarray(from));
  }
  yield* toLine(number, parts, bytes, maxBytes);
}

function* toLine(number: number, parts: readonly Uint8Array[], bytes: number, maxBytes: number): Generator<Line> {
  if (bytes > maxBytes) {
    yield { number, problem: `the line has ${bytes} bytes; ${maxBytes} is the limit` };
    return;
  }
  try {
    const decoded = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(parts));
    const text = (number === 1 && decoded.startsWith(BOM) ? decoded.slice(1) : decoded).trim();
    if (text !== '') yield { number, text };
  } catch {
    yield { number, problem: 'the line is not UTF-8' };
  }
}
