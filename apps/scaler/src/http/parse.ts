import type { z } from 'zod';
import { Problem } from './problem.js';

/** @throws Problem `invalid-request` with an entry for each wrong member */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  return parse(schema, body ?? {}, (path) => ({ pointer: path.map((part) => `/${String(part)}`).join('') }));
}

/** @throws Problem `invalid-request` with an entry for each wrong parameter */
export function parseQuery<Schema extends z.ZodType>(schema: Schema, query: unknown): z.output<Schema> {
  return parse(schema, query, (path) => ({ parameter: String(path[0] ?? '') }));
}

function parse<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  place: (path: readonly PropertyKey[]) => object,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(({ path, message }) => ({ ...place(path), detail: message }));
  throw new Problem('invalid-request', 'The request does not fit its schema.', errors);
}
