import { SchedulerError } from '@dts/client';
import { CommanderError } from 'commander';
import { Interrupted } from '../process/interrupted.js';
import { UsageError } from './usage-error.js';

/** What the process says when it ends. `dts --help` and docs/cli.md tell the same. */
export const EXIT = {
  ok: 0,
  /** The job, operation or change did not succeed. */
  unsuccessful: 1,
  /** The command line or what it asks for is wrong. */
  usage: 2,
  notFound: 3,
  /** No key, a wrong one, or one without the scope. */
  auth: 4,
  /** No answer, or the gateway says not now. Trying again may help. */
  unavailable: 5,
  /** Not finished within the time that was given. */
  timeout: 6,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const OF_CODE: Readonly<Record<string, ExitCode>> = {
  network: EXIT.unavailable,
  timeout: EXIT.unavailable,
  'bad-answer': EXIT.unavailable,
  'wait-timeout': EXIT.timeout,
};

const OF_STATUS: Readonly<Record<number, ExitCode>> = {
  400: EXIT.usage,
  401: EXIT.auth,
  403: EXIT.auth,
  404: EXIT.notFound,
  405: EXIT.usage,
  413: EXIT.usage,
  422: EXIT.usage,
  429: EXIT.unavailable,
  431: EXIT.usage,
  502: EXIT.unavailable,
  503: EXIT.unavailable,
  504: EXIT.unavailable,
};

/** Of several things: as those that failed do, or 1 when they differ; 0 when none did. */
export function exitCodeOfAll(failures: ReadonlySet<number>): number {
  const [first = EXIT.ok] = failures;
  return failures.size > 1 ? EXIT.unsuccessful : first;
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return error.exitCode;
  if (error instanceof UsageError) return error.exitCode;
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof SchedulerError) return OF_CODE[error.code] ?? OF_STATUS[error.status] ?? EXIT.unsuccessful;
  return EXIT.unsuccessful;
}
