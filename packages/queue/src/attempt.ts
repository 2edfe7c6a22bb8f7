/**
 * One failed attempt. BullMQ keeps a list of stack traces per job and writes it in the same script that moves the job,
 * so each attempt's record travels there: as one line of JSON in place of the stack.
 */
export interface FailedAttempt {
  readonly number: number;
  /** Unix milliseconds. */
  readonly startedAt: number;
  /** Unix milliseconds. */
  readonly finishedAt: number;
  readonly worker: string;
  readonly error: JobError;
  /** Milliseconds until the next attempt; absent when there is none. */
  readonly retryInMs?: number;
}

export interface JobError {
  /** Stable, in kebab case. */
  readonly code: string;
  readonly message: string;
}

export function encodeAttempt(attempt: FailedAttempt): string {
  return JSON.stringify(attempt);
}

/** The attempts that can be read; a line that something else wrote (BullMQ itself, an older version) is left out. */
export function decodeAttempts(lines: readonly string[]): FailedAttempt[] {
  return lines.flatMap((line) => {
    try {
      const parsed: unknown = JSON.parse(line);
      return isFailedAttempt(parsed) ? [parsed] : [];
    } catch {
      return [];
    }
  });
}

function isFailedAttempt(value: unknown): value is FailedAttempt {
  return typeof value === 'object' && value !== null && 'number' in value && 'startedAt' in value && 'error' in value;
}
