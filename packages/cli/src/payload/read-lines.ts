import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { TextDecoder } from 'node:util';
import { UsageError } from '../failure/usage-error.js';
import type { World } from '../process/world.js';
import { STANDARD_INPUT, unreadable } from './read-text.js';

export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/** The lines of a file, or of standard input (`-`), one after the other; blank ones are left out. @throws UsageError */
export async function* readLines(path: string, { cwd, in: input }: Pick<World, 'cwd' | 'in'>): AsyncGenerator<Line, void, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let number = 0;
  for await (const bytes of readBytes(path, path === STANDARD_INPUT ? input : createReadStream(resolve(cwd, path)))) {
    const lines = (rest + decode(decoder, path, bytes)).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) yield* toLine(++number, text);
  }
  yield* toLine(++number, rest + decode(decoder, path));
}

async function* readBytes(path: string, source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* source;
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Without more bytes, it is the end. @throws UsageError */
function decode(decoder: TextDecoder, path: string, bytes?: Uint8Array): string {
  try {
    return decoder.decode(bytes, { stream: bytes !== undefined });
  } catch {
    throw new UsageError(`${path} is not UTF-8.`);
  }
}

function* toLine(number: number, text: string): Generator<Line, void, void> {
  if (text.trim() !== '') yield { number, text };
}
