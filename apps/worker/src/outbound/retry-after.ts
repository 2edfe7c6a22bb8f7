/** 24 hours: a service that asks for more is asked again after a day. */
export const MAX_RETRY_AFTER_MS = 24 * 3_600_000;

/**
 * Milliseconds to wait, from a Retry-After header (RFC 9110, section 10.2.3: seconds or an HTTP date).
 * Undefined when it says nothing usable or "at once": the job's own backoff decides then.
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const wait = readWait(header?.trim() ?? '', now);
  return wait > 0 ? Math.min(wait, MAX_RETRY_AFTER_MS) : undefined;
}

/** NaN when it is neither. Date.parse alone would take much more for a date, `-5` for one. */
function readWait(text: string, now: number): number {
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  return /^[A-Z][a-z]+, .* GMT$/.test(text) ? Date.parse(text) - now : Number.NaN;
}
