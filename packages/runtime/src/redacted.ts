import { pino } from 'pino';

const CENSOR = '[redacted]';

/** Members that mostly hold secrets, however they are written. A number is none: it is a count, or a fencing token. */
const SECRET_NAME =
  /^(key|payload)$|authorization|cookie|passw|passphrase|secret|token|api[-_]?key|private[-_]?key|credential|signature|session-?id/i;
const SECRET_IN_URL = /([?&](?:key|sig|[^=&\s]*(?:secret|token|api[-_]?key|credential|signature|passw)[^=&\s]*)=)[^&\s"]+/gi;
const USER_IN_URL = /(\w:\/\/)[^/?#@\s"]*@/g;

/** What is deeper is nobody's to read in a line, and a circle ends there. */
const DEEPEST = 8;

/** Names are few, and come with every line. */
const known = new Map<string, boolean>();
const MOST_NAMES = 1_000;

/**
 * What is logged without its secrets, and errors as what they say. It is the same object unless one stands in it: pino's own
 * redaction makes every line four times as dear, and a worker writes one for each job.
 */
export function redacted(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return members(value, 1) as Record<string, unknown>;
}

function members(value: object, depth: number): object {
  if (depth > DEEPEST) return { deeper: CENSOR };
  let shown: Record<string, unknown> | undefined;
  for (const [name, member] of Object.entries(value)) {
    const told = tell(name, member, depth);
    if (told !== member) {
      shown ??= Array.isArray(value) ? ([...value] as unknown as Record<string, unknown>) : { ...value };
      shown[name] = told;
    }
  }
  return shown ?? value;
}

function tell(name: string, member: unknown, depth: number): unknown {
  if (typeof member === 'string') return isSecret(name) ? CENSOR : withoutCredentials(member);
  if (typeof member !== 'object' || member === null) return member;
  if (isSecret(name)) return CENSOR;
  if (member instanceof Error) return members(pino.stdSerializers.err(member), depth + 1);
  if ('toJSON' in member && typeof member.toJSON === 'function') return asJson(name, member, member.toJSON() as unknown, depth);
  return members(member, depth + 1);
}

/** As pino would write it: a date, an address, a buffer. */
function asJson(name: string, member: object, json: unknown, depth: number): unknown {
  const told = json === member ? json : tell(name, json, depth + 1);
  return told === json ? member : told;
}

/** A text without what addresses in it tell: who signs in, and what is said to be secret. */
export function withoutCredentials(text: string): string {
  if (!text.includes('://')) return text;
  return text.replace(USER_IN_URL, `$1${CENSOR}@`).replace(SECRET_IN_URL, `$1${CENSOR}`);
}

function isSecret(name: string): boolean {
  const told = known.get(name);
  if (told !== undefined) return told;
  if (known.size >= MOST_NAMES) known.clear();
  const is = SECRET_NAME.test(name);
  known.set(name, is);
  return is;
}
