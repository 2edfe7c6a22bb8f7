const CENSOR = '[redacted]';
const SECRETS: ReadonlySet<string> = new Set(['authorization', 'cookie', 'apiKey', 'key', 'password', 'payload']);

/** Levels at which secrets could stand: as members of what is logged, of its headers, of a request's headers. */
const DEPTH = 3;

/**
 * What is logged without its secrets. It is the same object unless one stands in it: pino's own redaction makes every line four
 * times as dear, and a worker writes one for each job.
 */
export function redacted(value: Readonly<Record<string, unknown>>, depth = DEPTH): Record<string, unknown> {
  let shown: Record<string, unknown> | undefined;
  for (const [name, member] of Object.entries(value)) {
    const told = tell(name, member, depth);
    if (told !== member) {
      shown ??= { ...value };
      shown[name] = told;
    }
  }
  return shown ?? (value as Record<string, unknown>);
}

/** Errors and other instances are left to serializers, which know their members. */
function tell(name: string, member: unknown, depth: number): unknown {
  if (SECRETS.has(name)) return CENSOR;
  return depth > 1 && isPlain(member) ? redacted(member, depth - 1) : member;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as unknown;
  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}
