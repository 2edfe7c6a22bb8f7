import { HIDDEN, hideSecrets, toShown } from '@dts/jobs';
import { z } from 'zod';

/** What the queue keeps of an attempt that failed, as text. */
const failedAttempt = z.object({
  number: z.int(),
  startedAt: z.number(),
  finishedAt: z.number(),
  worker: z.string(),
  error: z.object({ code: z.string(), message: z.string() }),
});

/** A job as Bull Board tells it, for a person: short, without secrets, its attempts in words. */
export function toShownJob(job: Readonly<Record<string, unknown>>): unknown {
  // Its place in the queue, which means nothing to anybody else.
  const { priority: _place, stacktrace, data, ...rest } = job;
  const shown = { ...rest, ...(data !== undefined && { data: withoutSecrets(job.name, data) }) };
  return toShown({ ...shown, stacktrace: Array.isArray(stacktrace) ? stacktrace.map(inWords) : [] });
}

function withoutSecrets(name: unknown, data: unknown): unknown {
  if (typeof data !== 'object' || data === null || !('payload' in data)) return HIDDEN;
  return { ...data, payload: hideSecrets(String(name), data.payload) };
}

function inWords(text: unknown): unknown {
  const parsed = failedAttempt.safeParse(fromJson(text));
  if (!parsed.success) return text;
  const { number, startedAt, finishedAt, worker, error } = parsed.data;
  return `Attempt ${number} of ${toTime(startedAt)}, ${finishedAt - startedAt} ms, on ${worker}\n${error.code}: ${error.message}`;
}

function toTime(unixMs: number): string {
  const time = new Date(unixMs);
  return Number.isNaN(time.getTime()) ? 'an unknown time' : time.toISOString();
}

function fromJson(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
