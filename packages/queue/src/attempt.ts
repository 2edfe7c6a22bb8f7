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

/** A line among the attempts: here the job was redriven, and counts its attempts anew. Unix milliseconds. */
const redrive = z.object({ redrivenAt: z.int() });

export function encodeRedrive(redrivenAt: number): string {
  return JSON.stringify({ redrivenAt });
}

/** What has become of a job so far. */
export interface History {
  /** All failed attempts that are on record, those before a redrive among them. */
  readonly failures: readonly FailedAttempt[];
  /** Those since the job was redriven last. */
  readonly current: readonly FailedAttempt[];
  readonly redrives: number;
  /** Unix milliseconds, of the last one. */
  readonly redrivenAt?: number;
}

/** Of the lines that can be read; one that something else wrote (BullMQ itself, an older version) is left out. */
export function readHistory(lines: readonly string[]): History {
  const parsed = lines.map(parse);
  const failuresIn = (part: unknown[]) => part.flatMap((line) => failedAttempt.safeParse(line).data ?? []);
  const redrives = parsed.map((line) => redrive.safeParse(line).data?.redrivenAt);
  const last = redrives.findLastIndex((at) => at !== undefined);
  return {
    failures: failuresIn(parsed),
    current: failuresIn(parsed.slice(last + 1)),
    redrives: redrives.filter((at) => at !== undefined).length,
    redrivenAt: redrives[last],
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
