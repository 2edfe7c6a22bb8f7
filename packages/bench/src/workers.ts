import type { App, Stack } from '@dts/testkit';

/** For NODE_OPTIONS. */
export const STUB = new URL('../src/stub-handler.mjs', import.meta.url).href;

/** Jobs at once in each process. */
export const SLOTS = 100;

export interface WorkerOptions {
  readonly slots?: number;
  /** Milliseconds that a job takes. */
  readonly jobMs?: number;
}

/** A worker of the product whose jobs call nobody. */
export function startWorker(stack: Stack, { slots = SLOTS, jobMs = 0 }: WorkerOptions = {}): Promise<App> {
  return stack.start('worker', { QUEUES: `io:${slots}`, NODE_OPTIONS: `--import=${STUB}`, JOB_MS: String(jobMs) });
}
