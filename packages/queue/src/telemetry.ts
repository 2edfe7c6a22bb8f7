import { context, propagation } from '@opentelemetry/api';
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

/** BullMQ's telemetry through OpenTelemetry's API, for a process that traces: without the upkeep of queues, and without results. */
export function createTelemetry(): Telemetry {
  const { tracer, contextManager } = new BullMQOtel({ tracerName: 'dts' });
  return {
    contextManager,
    tracer: {
      startSpan: (name, options, parent) => (TRACED.test(name) ? withoutEvents(tracer.startSpan(name, options, parent)) : UNTRACED),
    },
  };
}

/** The trace that runs here, as BullMQ keeps it with a job: JSON with `traceparent`. Undefined where none does. */
export function activeTrace(): string | undefined {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent === undefined ? undefined : JSON.stringify(carrier);
}

/** BullMQ's events hold results and messages, which are nobody's but the caller's. */
function withoutEvents(span: Span): Span {
  span.addEvent = () => undefined;
  return span;
}
