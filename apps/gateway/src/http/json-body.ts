import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from './problem.js';

/** Levels of arrays and objects. Whatever walks a value by recursion must not be made to overflow by a caller. */
const MAX_DEPTH = 64;

/** `__proto__` as it is, or hidden by escapes: only then every member is worth a look. */
const SUSPECT = /__proto__|\\u/i;

/** Replaces Fastify's body parsers by one that takes JSON only, and says what is wrong with anything else. */
export function acceptJsonOnly(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      refuseEncoded(request);
      // Clients name a type for every request, also where they send nothing, as with DELETE.
      done(null, body.length === 0 ? undefined : parseJson(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
}

function refuseEncoded({ headers }: FastifyRequest): void {
  const encoding = headers['content-encoding'];
  if (encoding === undefined || encoding === 'identity') return;
  throw new Problem('unsupported-media-type', 'Send the body as it is, without a Content-Encoding.');
}

/** @throws Problem `invalid-utf8`, `json-too-deep`, `malformed-json` */
export function parseJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw new Problem('invalid-utf8', 'The body has bytes that are not UTF-8.');
  const text = body.toString('utf8');
  if (isDeeperThan(text, MAX_DEPTH)) throw new Problem('json-too-deep', `Arrays and objects may be nested ${MAX_DEPTH} deep.`);
  try {
    return SUSPECT.test(text) ? JSON.parse(text, refusePrototype) : JSON.parse(text);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('malformed-json', `The body is not JSON: ${(error as Error).message}.`);
  }
}

/** Such members mean nothing in a job, and harm in code that copies them carelessly. */
function refusePrototype(this: unknown, member: string, value: unknown): unknown {
  if (member === '__proto__') throw new Problem('malformed-json', 'The member name "__proto__" is not allowed.');
  return value;
}

function isDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const char = text.charCodeAt(index);
    if (quoted) {
      if (char === 0x5c) index++;
      else if (char === 0x22) quoted = false;
    } else if (char === 0x22) quoted = true;
    else if (char === 0x5b || char === 0x7b) {
      if (++depth > limit) return true;
    } else if (char === 0x5d || char === 0x7d) depth--;
  }
  return false;
}
