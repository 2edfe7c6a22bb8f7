import type { AttemptReport, JobTrace } from '@dts/queue';
import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

/**
 * A span for an attempt that ran elsewhere, named and described as the one of a Node worker: told once it has ended, since
 * the gateway that gave it out may be gone by then.
 * @param carrier the trace that the job belongs to: without one there is no span
 * @param tell runs as a part of it, and not of the request by which the worker reports
 */
export function withAttemptSpan(report: AttemptReport, carrier: JobTrace | undefined, tell: () => void): void {
  if (carrier) within(report, carrier, tell);
  else context.with(ROOT_CONTEXT, tell);
}

function within({ facts, outcome, durationMs }: AttemptReport, carrier: JobTrace, tell: () => void): void {
  const caller = propagation.extract(ROOT_CONTEXT, carrier);
  const attributes = {
    'bullmq.queue.name': facts.queue,
    'bullmq.job.id': facts.jobId,
    'bullmq.job.name': facts.job,
    'dts.job.attempt': facts.attempt,
    'dts.job.outcome': outcome,
  };
  const options = { kind: SpanKind.CONSUMER, attributes, startTime: Date.now() - durationMs };
  const span = trace.getTracer('dts').startSpan(`process ${facts.queue}`, options, caller);
  if (outcome === 'retry' || outcome === 'final') span.setStatus({ code: SpanStatusCode.ERROR });
  context.with(trace.setSpan(caller, span), tell);
  span.end();
}

/** What a job does runs in its trace, unless its worker has told of a span of its own. */
export function withinTrace<T>(carrier: JobTrace | undefined, run: () => Promise<T>): Promise<T> {
  const isTold = trace.getSpanContext(context.active()) !== undefined;
  return isTold || !carrier ? run() : context.with(propagation.extract(ROOT_CONTEXT, carrier), run);
}
