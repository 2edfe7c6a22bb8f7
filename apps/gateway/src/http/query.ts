import { toPayloadIssues } from '@dts/queue';
import type { z } from 'zod';
import { Problem, type ProblemEntry } from './problem.js';

const UNKNOWN = 'is not a parameter of this request';
/** A time with its offset, as a server reads it of a URL where a plus sign stands for a space. */
const LOST_PLUS = /^\d{4}-\d\d-\d\dT[\d:.]+ \d\d:\d\d$/;

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

/** @throws Problem `invalid-request` that names each parameter that is not known */
export function refuseUnknown(query: object, known: ReadonlySet<string>): void {
  const unknown = Object.keys(query).filter((parameter) => !known.has(parameter));
  if (unknown.length > 0) throw refused(unknown.map((parameter) => ({ parameter, detail: UNKNOWN })));
}

export function invalidParameter(parameter: string, detail: string): Problem {
  return refused([{ parameter, detail }]);
}

function toEntry(schema: z.ZodObject, query: unknown, parameter: string, message: string): ProblemEntry {
  if (!Object.hasOwn(schema.shape, parameter)) return { parameter, detail: UNKNOWN };
  const value = (query as Record<string, unknown>)[parameter];
  if (Array.isArray(value)) return { parameter, detail: 'may be given once only' };
  return { parameter, detail: LOST_PLUS.test(String(value)) ? `${message}; in a URL, write + as %2B` : message };
}

function refused(errors: readonly ProblemEntry[]): Problem {
  return new Problem('invalid-request', 'The query does not fit its schema.', { errors });
}
