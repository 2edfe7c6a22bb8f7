import { toPayloadIssues } from '@dts/queue';
import type { z } from 'zod';
import { Problem, type ProblemEntry } from './problem.js';

/**
 * Reads a query by a strict schema of strings. What is unknown is refused: a filter with a typing error must not list everything.
 * @throws Problem `invalid-request` that names each wrong parameter
 */
export function parseQuery<Schema extends z.ZodObject>(schema: Schema, query: unknown): z.output<Schema> {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  const issues = toPayloadIssues(parsed.error).map(({ path: [name], message }) => toEntry(schema, query, String(name), message));
  // A value that is wrong as a whole and in parts is told once.
  throw refused(issues.filter((entry, index) => issues.findIndex(({ parameter }) => parameter === entry.parameter) === index));
}

export function invalidParameter(parameter: string, detail: string): Problem {
  return refused([{ parameter, detail }]);
}

function toEntry(schema: z.ZodObject, query: unknown, parameter: string, message: string): ProblemEntry {
  if (!Object.hasOwn(schema.shape, parameter)) return { parameter, detail: 'is not a parameter of this request' };
  const value = (query as Record<string, unknown>)[parameter];
  return { parameter, detail: Array.isArray(value) ? 'may be given once only' : message };
}

function refused(errors: readonly ProblemEntry[]): Problem {
  return new Problem('invalid-request', 'The query does not fit its schema.', { errors });
}
