import { AsyncLocalStorage } from 'node:async_hooks';
import type { Deadline } from './deadline.js';
import { FinalError } from './errors.js';
import type { HandlerContext } from './handler.js';
import type { JobStart } from './job-start.js';

/** Bytes: progress is kept with the job and sent to everyone who watches it. */
const MAX_PROGRESS_BYTES = 16 * 1024;
/** Characters; the number of lines is bounded by the job. */
const LONGEST_LINE = 8_192;

/** @param isOver whether the run has ended: what a handler left behind must not speak for the job any more */
export function toHandlerContext(
  { job, token, log, newSubmit, readChildren }: JobStart,
  { signal, at }: Deadline,
  isOver: () => boolean,
): HandlerContext {
  const jobId = job.id ?? '';
  const submit = newSubmit();
  // A sandbox asks from outside of the trace that runs: what it asks for belongs to the trace all the same.
  const within = AsyncLocalStorage.snapshot();
  const whileRunning =
    <Args extends unknown[], T>(call: (...args: Args) => Promise<T>) =>
    (...args: Args): Promise<T> => {
      const called = isOver() ? Promise.reject(over(jobId)) : within(call, ...args);
      called.catch(() => undefined); // a handler that does not wait for it must not end the process
      return called;
    };
  return {
    jobId,
    attempt: job.attemptsMade + 1,
    start: job.attemptsStarted,
    token,
    signal,
    deadline: at,
    idempotencyKey: jobId,
    progress: whileRunning(async (value) => {
      checkProgress(value);
      await job.updateProgress(value);
    }),
    log: whileRunning((line) => log(String(line).slice(0, LONGEST_LINE))),
    submit: (name, payload, options) => whileRunning(() => submit(name, payload, options))(),
    children: whileRunning(readChildren),
  };
}

function over(jobId: string): Error {
  return new Error(`The attempt of job ${jobId} is over: its context cannot be used any more.`);
}

function checkProgress(value: number | object): void {
  const bytes = Buffer.byteLength(JSON.stringify(value) ?? '');
  if (bytes > MAX_PROGRESS_BYTES) {
    throw new FinalError('progress-too-large', `The progress has ${bytes} bytes; ${MAX_PROGRESS_BYTES} are allowed.`);
  }
}
