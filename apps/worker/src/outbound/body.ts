import type { Readable } from 'node:stream';

export interface BoundedBody {
  readonly bytes: Buffer;
  /** There was more. */
  readonly truncated: boolean;
}

/** Up to this many bytes past the limit are read and dropped, which is cheaper than a new connection. */
const DRAIN_BYTES = 128 * 1024;

/** Reads at most `limit` bytes. A longer body is drained when little is left of it, else its connection is closed. */
export async function readBody(body: Readable, limit: number): Promise<BoundedBody> {
  const kept: Buffer[] = [];
  let room = limit;
  let seen = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    seen += chunk.length;
    // A part of a chunk is copied, so that it does not keep the rest of it alive.
    if (room > 0) kept.push(chunk.length > room ? Buffer.from(chunk.subarray(0, room)) : chunk);
    room = Math.max(0, room - chunk.length);
    if (seen > limit + DRAIN_BYTES) break;
  }
  return { bytes: Buffer.concat(kept), truncated: seen > limit };
}
