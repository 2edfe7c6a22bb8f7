import { type Context, context, createContextKey, propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Span, Telemetry } from 'bullmq';
import { BullMQOtel } from 'bullmq-otel';

/** What is worth a span: the jobs that a request stores, and each attempt. The rest is upkeep, several times a second. */
const TRACED = /^(add|addBulk|process) /;

const UNTRACED: Span = {
  setSpanOnContext: (active) => active,
  setAttribute: () => undefined,
  setAttributes: () => undefined,
  addEvent: () => undefined,
  recordException: () => undefined,
  end: () => undefined,
};

/**
 * What runs in it is a part of no trace, because it was decided so where one would have begun: nothing starts a span or names a
 * trace in here. The key is that of `suppressTracing` in @opentelemetry/core, which is not loaded where traces are off.
 */
export const UNRECORDED: Context = ROOT_CONTEXT.setValue(createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING'), true);

/** All that is kept of that with a job, so that no worker decides anew. */
const NO_TRACE = '{}';

/** BullMQ's telemetry through OpenTelemetry's API, for a process that traces: without the upkeep of queues, and without results. */
export function createTelemetry(): Telemetry {
  const { tracer, contextManager } = new BullMQOtel({ tracerName: 'dts' });
  return {
    contextManager: {
      active: () => context.active(),
      with: (within: Context, run) => (within === context.active() ? run() : context.with(within, run)),
      getMetadata: (within: Context) => (within === UNRECORDED ? NO_TRACE : contextManager.getMetadata(within)),
      fromMetadata: (active: Context, metadata) => (metadata === NO_TRACE ? UNRECORDED : contextManager.fromMetadata(active, metadata)),
    },
    tracer: {
      startSpan: (name, options, parent: Context = context.active()) =>
        parent === UNRECORDED || !TRACED.test(name) ? UNTRACED : withoutEvents(tracer.startSpan(name, options, parent)),
    },
  };
}

/** The trace that runs here, as BullMQ keeps it with a job: JSON with `traceparent`, or without in what is not to be recorded. Undefined where none runs. */
export function activeTrace(): string | undefined {
  const active = context.active();
  if (active === UNRECORDED) return NO_TRACE;
  const carrier: Record<string, string> = {};
  propagation.inject(active, carrier);
  return carrier.traceparent === undefined ? undefined : JSON.stringify(carrier);
}

/** BullMQ's events hold results and messages, which are nobody's but the caller's. */
function withoutEvents(span: Span): Span {
  span.addEvent = () => undefined;
  return span;
}
