import type { z } from 'zod';
import type { QueueName } from './queues.js';

/** How long to wait before another attempt, in milliseconds. */
export interface Backoff {
  /** `exponential` is drawn from [0, min(maxDelay, delay · 2^(attempt − 1))] (full jitter); `fixed` is always `delay`. */
  readonly type: 'exponential' | 'fixed';
  readonly delay: number;
  /** Upper bound of an exponential backoff; one hour unless given. */
  readonly maxDelay?: number;
}

/**
 * A job type as data. Light on purpose: producers load it, so it must not pull in what a handler needs.
 *
 * A name is for ever: queued jobs carry it. Rename by adding a second definition, never in place.
 * Payloads grow additively: a field added later is optional, for jobs that were queued before it.
 */
export interface JobDefinition<
  Name extends string = string,
  Payload extends z.ZodType = z.ZodType,
  Result extends z.ZodType = z.ZodType,
  Queue extends QueueName = QueueName,
> {
  readonly name: Name;
  /** One that is leased makes this a job type that is handled elsewhere: it has no handler here. */
  readonly queue: Queue;
  readonly description: string;
  readonly payload: Payload;
  readonly result: Result;
  /** Attempts in all, the first one included. */
  readonly attempts: number;
  readonly backoff: Backoff;
  /** Milliseconds one attempt may take before it is abandoned. */
  readonly timeout: number;
  /** A payload that works when pasted, for the API's documentation. */
  readonly example: z.input<Payload>;
}

export function defineJob<const Name extends string, Payload extends z.ZodType, Result extends z.ZodType, const Queue extends QueueName>(
  definition: JobDefinition<Name, Payload, Result, Queue>,
): JobDefinition<Name, Payload, Result, Queue> {
  return definition;
}

/** What a caller submits: defaults may be left out. */
export type PayloadInput<Definition extends JobDefinition> = z.input<Definition['payload']>;
/** What a handler gets: parsed, defaults filled in. */
export type Payload<Definition extends JobDefinition> = z.output<Definition['payload']>;
export type Result<Definition extends JobDefinition> = z.output<Definition['result']>;
