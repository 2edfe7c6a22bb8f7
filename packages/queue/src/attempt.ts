import { z } from 'zod';

const jobError = z.object({
  /** Stable, in kebab case. */
  code: z.string(),
  message: z.string(),
});

const failedAttempt = z.object({
  number: z.int(),
  /** Unix milliseconds. */
  startedAt: z.int(),
  /** Unix milliseconds. */
  finishedAt: z.int(),
  worker: z.string(),
  error: jobError,
  /** Milliseconds until the next attempt; absent when there is none. */
  retryInMs: z.number().optional(),
});

/**
 * One failed attempt. BullMQ keeps a list of stack traces per job and writes it in the same script that moves the job,
 * so each attempt's record travels there: as one line of JSON in place of the stack.
 */
export type FailedAttempt = Readonly<z.output<typeof failedAttempt>>;

export type JobError = Readonly<z.output<typeof jobError>>;

export function encodeAttempt(attempt: FailedAttempt): string {
  return JSON.stringify(attempt);
}

/** The attempts that can be read; a line that something else wrote (BullMQ itself, an older version) is left out. */
export function decodeAttempts(lines: readonly string[]): FailedAttempt[] {
  return lines.flatMap((line) => failedAttempt.safeParse(parse(line)).data ?? []);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
