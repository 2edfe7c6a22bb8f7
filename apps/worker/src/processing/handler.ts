import type { DefinitionOf, JobName, PayloadOf } from '@dts/jobs';
import type { z } from 'zod';

/** What a handler is told about the attempt it runs. */
export interface HandlerContext {
  readonly jobId: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /**
   * 1 when the job has certainly never run before. More when it may have: each attempt counts, each start on a worker that
   * was stopped or died, and each fetch whose reply was lost.
   */
  readonly start: number;
  /** The lock's token: who holds the job. */
  readonly token: string;
  /** Aborts at the deadline, on cancellation, on shutdown and when the lock is lost. Pass it to everything that waits. */
  readonly signal: AbortSignal;
  readonly deadline: Date;
  /** The same for every attempt: jobs run at least once, so pass it on to whatever must happen only once. */
  readonly idempotencyKey: string;
  /** Publishes how far the job is: a percentage, or an object of the handler's own. */
  progress(value: number | object): Promise<void>;
  /** Appends a line to the job's log. */
  log(line: string): Promise<void>;
}

/** Business logic only: a parsed payload in, a result out; throws one of the errors in `errors.ts` to steer retries. */
export type Handler<Name extends JobName> = (
  payload: PayloadOf<Name>,
  context: HandlerContext,
) => Promise<z.input<DefinitionOf<Name>['result']>>;

/** One handler for each job type, so that a definition without a handler does not compile. */
export type Handlers = { readonly [Name in JobName]: Handler<Name> };
