import { describe, expect, it } from '@jest/globals';
import { traceOf } from './job-trace.js';
import type { WorkerJob } from './worker-job.js';

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const traced = (metadata?: string) => traceOf({ opts: { telemetry: { metadata } } } as WorkerJob);

describe('traceOf', () => {
  it('tells the trace that a job was stored with', () => {
    expect(traced(JSON.stringify({ traceparent: TRACEPARENT, tracestate: 'a=b', baggage: 'x' }))).toEqual({
      traceparent: TRACEPARENT,
      tracestate: 'a=b',
    });
    expect(traced(JSON.stringify({ traceparent: TRACEPARENT }))).toEqual({ traceparent: TRACEPARENT });
  });

  it.each([undefined, '', 'null', '[]', '{"traceparent":1}', '{"tracestate":"a=b"}', '{'])('finds none in %p', (metadata) => {
    expect(traced(metadata)).toBeUndefined();
  });
});
