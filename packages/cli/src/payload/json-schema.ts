/** The part of JSON Schema (2020-12) that tells how to read a value from the command line. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly default?: unknown;
  readonly required?: readonly string[];
}

/** What a reference within the document stands for; as it is when it leads nowhere. */
export function resolveRef(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const name = /^#\/\$defs\/(.+)$/.exec(schema.$ref ?? '')?.[1];
  return (name !== undefined && root.$defs?.[name]) || schema;
}

/** Every type that a value may have; empty when any will do. */
export function typesOf(schema: JsonSchema, root: JsonSchema): readonly string[] {
  const resolved = resolveRef(schema, root);
  if (resolved.type !== undefined) return [resolved.type].flat();
  const variants = resolved.anyOf ?? resolved.oneOf ?? [];
  return [...new Set(variants.flatMap((variant) => typesOf(variant, root)))];
}
