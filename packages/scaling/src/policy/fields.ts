import { z } from 'zod';

/*
 * The kinds of settings. Each tells of a wrong value what it may be.
 */

/** More than any cluster runs of one deployment; fewer are not for a schema to forbid. */
export const MOST_WORKERS = 100_000;

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
const LONGEST = 7 * UNITS.d;

export function whole(min: number, max: number) {
  const fits = (value: unknown) => Number.isSafeInteger(value) && isWithin(value as number, min, max);
  return z.custom<number>(fits, told(`give a whole number from ${min} to ${max}`));
}

/** @param words which numbers there may be */
export function share(fits: (value: number) => boolean, words: string) {
  return z.custom<number>((value) => typeof value === 'number' && fits(value), told(`give ${words}`));
}

/** Milliseconds, of a number of them or of a text such as `500ms`, `30s`, `1.5h`. */
export function duration(min = 0) {
  const fits = (value: unknown) => isWithin(toMs(value), min, LONGEST);
  const words = `give a duration from ${min}ms to 7d, such as 500ms, 30s or 5m; a plain number is milliseconds`;
  return z.custom<number | string>(fits, told(words)).transform(toMs);
}

export function oneOf<const Value extends string>(values: readonly Value[]) {
  return z.custom<Value>((value) => values.some((known) => known === value), told(`give ${values.join(', ')}`));
}

export function named(pattern: RegExp, words: string) {
  return z.custom<string>((value) => typeof value === 'string' && pattern.test(value), told(`give ${words}`));
}

/** A mapping that has these settings and no other. */
export function settings<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const names = Object.keys(shape).join(', ');
  const error = ({ code, input }: z.core.$ZodRawIssue) =>
    code === 'unrecognized_keys' ? `is no setting of these: ${names}` : `${state(input)}: give a mapping with ${names}`;
  return z.strictObject(shape, { error });
}

function told(words: string) {
  return { error: ({ input }: { readonly input?: unknown }) => `${state(input)}: ${words}` };
}

function state(input: unknown): string {
  if (input === null) return 'is empty'; // what YAML makes of nothing
  return input === undefined ? 'is missing' : `is ${JSON.stringify(input).slice(0, 60)}`;
}

function toMs(value: unknown): number {
  if (typeof value === 'number') return Math.round(value);
  const [, count, unit] = (typeof value === 'string' && DURATION.exec(value)) || [];
  return count === undefined ? Number.NaN : Math.round(Number(count) * UNITS[unit as keyof typeof UNITS]);
}

function isWithin(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}
