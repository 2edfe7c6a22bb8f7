import { z } from 'zod';

/**
 * The schemas that the API's description names: those with an id. What callers send ends in `Input` and is described as
 * it may be sent, defaults left out; the rest as it is answered.
 */
const INPUTS = z.registry<{ id: string }>();
const OUTPUTS = z.registry<{ id: string }>();

const uri = (id: string) => `#/components/schemas/${id}`;

/** Registers a schema under a name and gives it back. */
export function component<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  (id.endsWith('Input') ? INPUTS : OUTPUTS).add(schema, { id });
  return schema;
}

/** A reference to a registered schema, for a route's description. */
export function ref(schema: z.ZodType): { $ref: string } {
  const id = INPUTS.get(schema)?.id ?? OUTPUTS.get(schema)?.id;
  if (id === undefined) throw new Error('the schema is not registered: wrap it in component()');
  return { $ref: uri(id) };
}

/** All of them, as OpenAPI 3.1 (JSON Schema 2020-12) wants them. */
export function componentSchemas(): Record<string, object> {
  const schemas = { ...describe(INPUTS, 'input'), ...describe(OUTPUTS, 'output') };
  return Object.fromEntries(Object.entries(schemas).map(([id, { $schema, $id, ...schema }]) => [id, schema]));
}

type Schema = Record<string, unknown>;

/** What a payload's schema says to logs and screens (`.meta({ secret: true })`) is no word of OpenAPI. */
function forgetSecrecy({ jsonSchema }: { jsonSchema: Schema }): void {
  delete jsonSchema.secret;
}

/**
 * What recurs in a schema without a name (any JSON value, say) zod puts aside under `__shared`, and refers to it in a way
 * that OpenAPI does not know: it becomes a component as well.
 */
function describe(registry: typeof INPUTS, io: 'input' | 'output'): Record<string, Schema> {
  const { __shared: shared, ...schemas } = z.toJSONSchema(registry, { target: 'draft-2020-12', io, uri, override: forgetSecrecy }).schemas;
  const unnamed = Object.entries(shared?.$defs ?? {}).map(([id, schema]) => [`${io}.${id}`, schema]);
  const text = JSON.stringify({ ...schemas, ...Object.fromEntries(unnamed) });
  return JSON.parse(text.replaceAll(`${uri('__shared')}#/$defs/`, uri(`${io}.`)));
}
