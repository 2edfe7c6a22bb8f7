import { toPayloadIssues } from '@dts/queue';
import { z } from 'zod';
import { Problem, type ProblemEntry } from './problem.js';

const NOTHING = z.strictObject({});

/** @throws Problem `invalid-request` with an entry for each wrong member */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  throw refused(toPayloadIssues(parsed.error).map(({ path, message }) => ({ pointer: toPointer(path), detail: message })));
}

/** @throws Problem `invalid-request` with an entry for each wrong parameter: a filter with a typing error must not list everything */
export function parseQuery<Schema extends z.ZodObject>(schema: Schema, query: unknown): z.output<Schema> {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  throw refused(toPayloadIssues(parsed.error).map(({ path: [name], message }) => toEntry(schema, query, String(name), message)));
}

/** For a request that takes no parameters. @throws Problem `invalid-request` */
export function refuseQuery(query: unknown): void {
  parseQuery(NOTHING, query);
}

function toEntry(schema: z.ZodObject, query: unknown, parameter: string, message: string): ProblemEntry {
  if (!Object.hasOwn(schema.shape, parameter)) return { parameter, detail: 'is not a parameter of this request' };
  const isRepeated = Array.isArray((query as Record<string, unknown>)[parameter]);
  return { parameter, detail: isRepeated ? 'may be given once only' : message };
}

/** RFC 6901. */
function toPointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function refused(errors: readonly ProblemEntry[]): Problem {
  return new Problem('invalid-request', 'The request does not fit its schema.', errors);
}
