import { z } from 'zod';
import { JOB_DEFINITIONS } from './registry.js';

/** What stands where a secret was. */
export const HIDDEN = '[hidden]';

/** As much of JSON Schema as payloads are described with. `secret` is what `.meta({ secret: true })` leaves there. */
interface Schema {
  readonly $ref?: string;
  readonly secret?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

type Root = Schema & { readonly $defs?: Readonly<Record<string, Schema>> };

/** No payload that is meant to be is as deep. */
const DEEPEST = 100;
const UNKNOWN: Schema = {};

const BY_NAME: ReadonlyMap<string, (payload: unknown) => unknown> = new Map(
  JOB_DEFINITIONS.map(({ name, payload }) => [name, hiderOf(payload)]),
);

/**
 * A payload for logs and for screens: what its job type marks with `.meta({ secret: true })` is not in it. That of an unknown
 * type is hidden whole, for nobody knows what is in it.
 */
export function hideSecrets(name: string, payload: unknown): unknown {
  const hide = BY_NAME.get(name);
  return hide ? hide(payload) : HIDDEN;
}

/** Hides what a schema marks in what may or may not fit it. */
export function hiderOf(type: z.ZodType): (value: unknown) => unknown {
  const root = z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' }) as Root;
  const hasSecrets = JSON.stringify(root).includes('"secret":true');
  return hasSecrets ? (value) => hide(value, root, root, 0) : (value) => value;
}

/** As deep as the value is, however often its schema refers to itself. */
function hide(value: unknown, schema: Schema, root: Root, depth: number): unknown {
  if (schema === UNKNOWN || value === undefined) return value;
  if (schema.secret || depth === DEEPEST) return HIDDEN;
  const variants = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? []), ...referred(schema, root)];
  const within = hideMembers(value, schema, root, depth);
  return variants.reduce((hidden, variant) => hide(hidden, variant, root, depth + 1), within);
}

function hideMembers(value: unknown, schema: Schema, root: Root, depth: number): unknown {
  const { prefixItems, items = UNKNOWN, properties = {}, additionalProperties } = schema;
  if (Array.isArray(value)) return value.map((item, index) => hide(item, prefixItems?.[index] ?? items, root, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  const others = typeof additionalProperties === 'object' ? additionalProperties : UNKNOWN;
  const schemaOf = (name: string) => (Object.hasOwn(properties, name) ? (properties[name] as Schema) : others);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, hide(member, schemaOf(name), root, depth + 1)]));
}

function referred({ $ref }: Schema, root: Root): Schema[] {
  if ($ref === undefined) return [];
  return [$ref === '#' ? root : (root.$defs?.[$ref.slice('#/$defs/'.length)] ?? UNKNOWN)];
}
