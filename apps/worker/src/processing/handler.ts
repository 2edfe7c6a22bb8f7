import type { DefinitionOf, HandledJobName, JobName, PayloadInputOf, PayloadOf, ResultOf } from '@dts/jobs';
import type { ChildRecord, SubmitOptions } from '@dts/queue';
import type { z } from 'zod';

export interface ChildOptions extends SubmitOptions {
  /** Tells this child from the handler's others, where it matters: see Submit. */
  readonly key?: string;
}

/**
 * Submits another job, for the same tenant; resolves to its id once it is stored, as durably as the gateway's 201.
 *
 * For 24 hours the same call of the same job makes the same child, however often the job runs: the second of two equal
 * calls is told from the first, and their order does not matter. Give a `key` when the payload is not the same each time
 * (a time, a random number): the first child with the key is the one there is, and another payload for it is refused.
 *
 * Rejects with RetryableError `submit-unavailable`, `submit-outcome-unknown`, `submit-memory-full`; with FinalError
 * `submit-unknown-job`, `submit-invalid-payload`, `submit-payload-too-large`, `submit-idempotency-conflict`.
 */
export type Submit = <Name extends JobName>(name: Name, payload: PayloadInputOf<Name>, options?: ChildOptions) => Promise<string>;

/**
 * A child of a flow, as its parent is told of it: `child.name` and `child.state` tell the compiler what `child.result` is.
 * Of one that failed there is the error. After a `continue` child has failed, others may not have ended.
 */
export type Child = { [Name in JobName]: ChildOf<Name> }[JobName];

type ChildOf<Name extends JobName> = Pick<ChildRecord, 'id' | 'onFailure'> & { readonly name: Name } & (
    | { readonly state: 'completed'; readonly result: ResultOf<Name>; readonly error: null }
    | { readonly state: Exclude<ChildRecord['state'], 'completed'>; readonly result: null; readonly error: ChildRecord['error'] }
  );

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
  readonly submit: Submit;
  /**
   * Of a flow's parent: its children in the order in which they were submitted, but for those that failed and were to be
   * removed. Reads all their results: of a thousand children up to 256 MiB. Empty for any other job.
   */
  children(): Promise<readonly Child[]>;
}

/** Business logic only: a parsed payload in, a result out; throws one of the errors in `errors.ts` to steer retries. */
export type Handler<Name extends JobName> = (
  payload: PayloadOf<Name>,
  context: HandlerContext,
) => Promise<z.input<DefinitionOf<Name>['result']>>;

/** One handler for each job type that is not handled elsewhere, so that a definition without a handler does not compile. */
export type Handlers = { readonly [Name in HandledJobName]: Handler<Name> };
