import type { Program } from '@dts/testkit';

/** What a worker under test finds in its environment. */
export interface WorkerEnv {
  readonly DTS_URL: string;
  readonly DTS_API_KEY: string;
  readonly DTS_WORKER_ID: string;
  /** Jobs at once. */
  readonly DTS_SLOTS: string;
  /** Seconds for which what runs may run on after SIGTERM. */
  readonly DTS_GRACE: string;
}

/**
 * Starts a worker in some language that handles `report.render` as its payload's title says:
 *
 * - `hold` asks `<columns[0]>/hold?job=<id>&start=<n>` and gives the answer as its document; told to stop, it asks
 *   `<columns[0]>/stopped?job=<id>&reason=<reason>` and fails
 * - `call` asks `<columns[0]>` with the header `idempotency-key` and gives the answer as its document
 * - `progress` reports `{ done: 1 }` and logs `half way`; `retry` fails once, with `busy`; `final` fails for good, with `broken`
 * - `throw` throws what it has no code for; `bad-result` gives what is no result; `crash` ends its process
 *
 * and gives the title as its document otherwise.
 */
export type StartWorker = (env: WorkerEnv) => Promise<Program>;
