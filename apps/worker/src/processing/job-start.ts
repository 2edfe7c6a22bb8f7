import type { WorkerJob } from '@dts/queue';
import type { Child, Submit } from './handler.js';

/** One start of a job, checked and about to run. */
export interface JobStart {
  readonly job: WorkerJob;
  /** Parsed. */
  readonly payload: unknown;
  readonly token: string;
  readonly timeoutMs: number;
  /** Aborts when the job is to be stopped; its reason is one of AbortReason. */
  readonly stop: AbortSignal | undefined;
  /** Appends a line to the job's log. */
  readonly log: (line: string) => Promise<void>;
  /** For each run anew. */
  readonly newSubmit: () => Submit;
  readonly readChildren: () => Promise<Child[]>;
}

/** Runs a start within its time: here, in a thread, or in quarantine. */
export type Runner = (start: JobStart) => Promise<unknown>;
