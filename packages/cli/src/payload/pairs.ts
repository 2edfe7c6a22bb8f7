import { UsageError } from '../failure/usage-error.js';
import { type JsonSchema, resolveRef, typesOf } from './json-schema.js';

type Fields = Record<string, unknown>;

interface Place {
  readonly container: Fields;
  readonly key: string;
  readonly schema: JsonSchema;
}

/**
 * Puts `key=value` pairs into a payload. The schema says what each value is: a number, a truth value, JSON, or the text
 * itself. A key with dots reaches into an object (`headers.accept=text/plain`), one that comes again adds to an array.
 * @throws UsageError
 */
export function applyPairs(payload: Fields, pairs: readonly string[], schema: JsonSchema): Fields {
  const result = structuredClone(payload);
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw new UsageError(`"${pair}" is not key=value.`);
    put(findPlace(result, pair.slice(0, at), schema), pair.slice(at + 1), pair.slice(0, at), schema);
  }
  return result;
}

function findPlace(fields: Fields, path: string, root: JsonSchema): Place {
  const names = Object.hasOwn(root.properties ?? {}, path) ? [path] : path.split('.');
  let container = fields;
  let schema = member(root, names[0] ?? '', root, path);
  for (const [index, name] of names.slice(0, -1).entries()) {
    const inner = Object.hasOwn(container, name) ? container[name] : {};
    if (!isFields(inner)) throw new UsageError(`${path}: ${name} is no object.`);
    Object.defineProperty(container, name, { value: inner, enumerable: true, configurable: true, writable: true });
    container = inner;
    schema = member(schema, names[index + 1] ?? '', root, path);
  }
  return { container, key: names.at(-1) ?? '', schema };
}

function member(schema: JsonSchema, name: string, root: JsonSchema, path: string): JsonSchema {
  const { properties = {}, additionalProperties } = resolveRef(schema, root);
  if (Object.hasOwn(properties, name)) return properties[name] ?? {};
  if (additionalProperties === false) throw new UsageError(`There is no field ${path}; there are ${Object.keys(properties).join(', ')}.`);
  return typeof additionalProperties === 'object' ? additionalProperties : {};
}

function put({ container, key, schema }: Place, text: string, path: string, root: JsonSchema): void {
  const before = Object.hasOwn(container, key) ? container[key] : undefined;
  const types = typesOf(schema, root);
  const isList = types.includes('array') && (before !== undefined || types.every((type) => type === 'array' || type === 'null'));
  const { items = {} } = resolveRef(schema, root);
  const value = isList && !text.startsWith('[') ? [parseValue(text, typesOf(items, root), path)] : parseValue(text, types, path);
  // Not an assignment, which would take the name __proto__ for something else.
  Object.defineProperty(container, key, {
    value: isList && before !== undefined && Array.isArray(value) ? [before, value].flat() : value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

/** The first of the types that the text can be; a text for want of a better one. */
function parseValue(text: string, types: readonly string[], path: string): unknown {
  if (types.length === 0) return parseAny(text);
  for (const type of types.toSorted((a, b) => Number(a === 'string') - Number(b === 'string'))) {
    const value = READERS[type]?.(text);
    if (value !== undefined && (isKept(value, text) || !types.includes('string'))) return value;
  }
  throw new UsageError(`${path}: "${text}" is not ${types.map((type) => NAMES[type] ?? type).join(' or ')}.`);
}

const NAMES: Readonly<Record<string, string>> = {
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'an array in JSON',
  object: 'an object in JSON',
};

type Reader = (text: string) => unknown;

/** Each gives undefined for a text that is not of its type. */
const READERS: Readonly<Record<string, Reader>> = {
  string: (text) => text,
  number: (text) => (text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined),
  integer: (text) => (/^[+-]?\d+$/.test(text) ? Number(text) : undefined),
  boolean: (text) => (text === 'true' || text === 'false' ? text === 'true' : undefined),
  null: (text) => (text === 'null' ? null : undefined),
  object: (text) => onlyIf(isFields, tryJson(text)),
  array: (text) => onlyIf(Array.isArray, tryJson(text)),
};

function parseAny(text: string): unknown {
  const value = tryJson(text);
  return value !== undefined && isKept(value, text) ? value : text;
}

const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i;
/** Digits that a double keeps of any number. */
const KEPT_DIGITS = 15;

/** Where a text may stay one, it becomes a number only if that is the same: not `01234`, nor 20 digits. */
function isKept(value: unknown, text: string): boolean {
  if (typeof value !== 'number') return true;
  const digits = text.replace(/e.*$/i, '').replace(/\D/g, '').replace(/^0+/, '');
  return JSON_NUMBER.test(text) && Number.isFinite(value) && (digits.length <= KEPT_DIGITS || String(value) === text);
}

function onlyIf(isOfType: (value: unknown) => boolean, value: unknown): unknown {
  return isOfType(value) ? value : undefined;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
