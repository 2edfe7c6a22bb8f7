/** What decides over an attempt that failed. Plain, so that it crosses threads and processes as it is. */
export interface Thrown {
  readonly name?: string;
  readonly message: string;
  readonly code?: string;
  readonly retryAfterMs?: number;
}

/** Characters: messages are kept with every attempt. */
const LONGEST_MESSAGE = 2_000;
const LONGEST_RETRY_AFTER_MS = 7 * 24 * 3_600_000;

/** Handlers, and the libraries they call, throw anything: text, nothing, objects whose members throw in turn. */
export function readThrown(thrown: unknown): Thrown {
  try {
    return read(thrown);
  } catch {
    return { message: 'The handler threw something that cannot be read.' };
  }
}

function read(thrown: unknown): Thrown {
  if (typeof thrown !== 'object' || thrown === null) return { message: shorten(String(thrown)) };
  const { name, message, code, retryAfterMs } = thrown as Record<string, unknown>;
  return {
    name: typeof name === 'string' ? name : undefined,
    message: shorten(text(message) ?? text(name) ?? 'The handler threw an error without a message.'),
    code: text(code),
    retryAfterMs: typeof retryAfterMs === 'number' && retryAfterMs >= 0 ? Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS) : undefined,
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function shorten(message: string): string {
  return message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message;
}
