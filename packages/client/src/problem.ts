import { type ProblemEntry, SchedulerError } from './scheduler-error.js';

/** Reads an answer outside 2xx: a problem (RFC 9457) from the gateway, or whatever stands between it and us. */
export function toSchedulerError(response: Response, text: string, now: number = Date.now()): SchedulerError {
  const problem = parseObject(text);
  return new SchedulerError({
    status: response.status,
    code: textOf(problem.code) ?? 'bad-answer',
    title: textOf(problem.title),
    detail: textOf(problem.detail) ?? textOf(problem.title) ?? `the gateway answered ${response.status} without saying why`,
    errors: Array.isArray(problem.errors) ? problem.errors.filter(isEntry) : [],
    requestId: textOf(problem.requestId) ?? response.headers.get('x-request-id') ?? undefined,
    jobId: textOf(problem.jobId),
    retryAfterMs: parseRetryAfter(response.headers.get('retry-after'), now),
  });
}

/** Milliseconds from the header's seconds or HTTP date (RFC 9110, 10.2.3); undefined when it is missing or neither. */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isEntry(value: unknown): value is ProblemEntry {
  return typeof value === 'object' && value !== null && 'detail' in value && typeof value.detail === 'string';
}
