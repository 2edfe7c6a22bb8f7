import { describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { SpanKind } from 'bullmq';
import { createTelemetry, UNRECORDED } from './telemetry.js';

const TRACE = '{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}';

describe('createTelemetry', () => {
  const { contextManager, tracer } = createTelemetry();

  it('keeps no more with a job than that its trace is not recorded, and knows it again', () => {
    expect(contextManager.getMetadata(UNRECORDED)).toBe('{}');
    expect(contextManager.fromMetadata(ROOT_CONTEXT, '{}')).toBe(UNRECORDED);
    expect(contextManager.fromMetadata(ROOT_CONTEXT, TRACE)).not.toBe(UNRECORDED);
  });

  it('makes spans of jobs and attempts only, and of those only that may be recorded', () => {
    const isMade = (name: string, within = ROOT_CONTEXT) => {
      const after = tracer.startSpan(name, { kind: SpanKind.CONSUMER }, within).setSpanOnContext(within);
      return trace.getSpan(after) !== undefined;
    };
    expect([isMade('process io'), isMade('addBulk io'), isMade('getNextJob io')]).toEqual([true, true, false]);
    expect(isMade('process io', UNRECORDED)).toBe(false);
  });
});
