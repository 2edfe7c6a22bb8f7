import { retryDelay, sleep } from './backoff.js';
import { EventStreamParser, type ServerSentEvent } from './event-stream.js';
import { isFinished, type JobError, type JobState, jobPath, type LogLine } from './job.js';
import { VISIBLE_ASCII } from './job-options.js';
import { readText } from './read-text.js';
import { SchedulerError } from './scheduler-error.js';
import type { CallOptions, Transport } from './transport.js';

/** A gateway sends a comment every 15 seconds: a connection without a byte in three times as long is a dead one. */
const SILENCE_MS = 45_000;
/** Connections in a row that may end before their first byte. */
const MAX_EMPTY = 5;

/** Something that has happened to a job; times in RFC 3339. */
export type JobEvent = {
  readonly id: string;
  /** With which to go on after this event. */
  readonly lastEventId: string;
} & (
  | {
      readonly type: 'state';
      readonly state: JobState;
      readonly at: string;
      readonly attemptsMade: number;
      readonly error: JobError | null;
    }
  | { readonly type: 'progress'; readonly progress: unknown; readonly at: string }
  | ({ readonly type: 'log' } & LogLine)
);

export interface EventsOptions extends CallOptions {
  /** Of the last event that is known already: what came after it is told. */
  readonly lastEventId?: string;
}

/** Connects again wherever a connection ends before the job has. @throws SchedulerError, the reason of the caller's signal, TypeError */
export async function* followJob(transport: Transport, id: string, options: EventsOptions): AsyncGenerator<JobEvent, void, void> {
  const { lastEventId = '', ...call } = options;
  if (lastEventId !== '' && !VISIBLE_ASCII.test(lastEventId)) throw new TypeError('lastEventId is not that of an event');
  let since = lastEventId;
  for (let empty = 1; empty <= MAX_EMPTY; empty++) {
    const headers = { accept: 'text/event-stream', ...(since !== '' && { 'last-event-id': since }) };
    const reader = await transport.open({ method: 'GET', path: `${jobPath(id)}/events`, headers, ...call });
    const parser = new EventStreamParser(since);
    for await (const text of readText(reader, SILENCE_MS, call.signal)) {
      empty = 0;
      for (const sent of parser.push(text)) {
        since = sent.lastEventId;
        const event = toJobEvent(sent);
        if (event) yield event;
        if (event?.type === 'state' && isFinished(event)) return;
      }
    }
    await sleep(retryDelay(empty + 1, parser.retryMs), call.signal);
  }
  throw new SchedulerError({ status: 0, code: 'network', detail: `the events of job ${id} end before they begin`, jobId: id });
}

function toJobEvent({ event, data, lastEventId }: ServerSentEvent): JobEvent | undefined {
  if (event !== 'state' && event !== 'progress' && event !== 'log') return undefined; // of a later version
  try {
    return { type: event, ...JSON.parse(data), lastEventId };
  } catch (cause) {
    throw new SchedulerError(
      { status: 200, code: 'bad-answer', detail: `an event of type ${event} is not JSON: is this a gateway?` },
      { cause },
    );
  }
}
