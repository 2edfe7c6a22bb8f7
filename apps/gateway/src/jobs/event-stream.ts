import { encodeTold, type JobEvent, type Notice } from '@dts/queue';
import { toTime } from './job.view.js';

/**
 * Milliseconds without an event after which a comment tells both sides, and whatever is between them, that the other is there.
 * It is looked at every 5 seconds, so no more than 15 go by.
 */
const HEARTBEAT_MS = 10_000;
/** Milliseconds after which a client that was cut off comes back. */
const RETRY = 'retry: 1000\n\n';

/** Server-sent events, as https://html.spec.whatwg.org/multipage/server-sent-events.html has them. */
export async function* toEventStream(
  id: string,
  notices: AsyncIterable<Notice | undefined>,
  heartbeatMs = HEARTBEAT_MS,
): AsyncGenerator<string, void> {
  yield RETRY;
  let toldAt = performance.now();
  for await (const notice of notices) {
    if (!notice && performance.now() - toldAt < heartbeatMs) continue;
    yield notice ? toText(id, notice) : ': nothing new\n\n';
    toldAt = performance.now();
  }
}

function toText(id: string, { event, told }: Notice): string {
  return `event: ${event.kind}\nid: ${encodeTold(told)}\ndata: ${JSON.stringify({ id, ...toData(event) })}\n\n`;
}

function toData(event: JobEvent): object {
  switch (event.kind) {
    case 'state':
      return { state: event.state, at: toTime(event.at), attemptsMade: event.attemptsMade, error: event.error };
    case 'progress':
      return { progress: event.progress, at: toTime(event.at) };
    case 'log':
      return { line: event.line, text: event.text };
  }
}
