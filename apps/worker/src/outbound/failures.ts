import { FinalError, RetryableError } from '@dts/jobs';
import { redactUrl } from './redact-url.js';
import { retryAfterMs } from './retry-after.js';

/** Statuses by which a service says "later", beside all of 5xx. */
const RETRYABLE = [408, 425, 429];
const SHOWN_CHARACTERS = 200;

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What a status that was not wanted means for the job. */
export function statusFailure(method: string, url: URL, answer: Answer): Error {
  const { status, headers, body } = answer;
  const message = `${method} ${redactUrl(url)} answered ${status}${beginning(body)}`;
  if (status < 500 && !RETRYABLE.includes(status)) return new FinalError('http-status', message);
  return new RetryableError('http-status', message, { retryAfterMs: retryAfterMs(headers['retry-after'], Date.now()) });
}

/** What a failed request means for the job: all that is not decided yet may be better next time. */
export function networkFailure(method: string, url: URL, error: unknown): Error {
  if (error instanceof FinalError || error instanceof RetryableError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  // When every address of a host fails, the message is empty and the code tells.
  return new RetryableError('network', `${method} ${redactUrl(url)} failed: ${message || code}`);
}

function beginning(body: Buffer): string {
  const text = new TextDecoder().decode(body.subarray(0, SHOWN_CHARACTERS * 4));
  const line = text
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, SHOWN_CHARACTERS);
  return line === '' ? '' : `: ${line}`;
}
