import type { WorkerJob } from './worker-job.js';

/** By which a job's attempts belong to a trace, as W3C Trace Context has it: headers for whoever goes on with it. */
export interface JobTrace {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** That of the request which submitted the job. Undefined where it was not traced. */
export function traceOf({ opts }: WorkerJob): JobTrace | undefined {
  const metadata = opts.telemetry?.metadata;
  if (metadata === undefined) return undefined;
  try {
    const { traceparent, tracestate } = JSON.parse(metadata) as Partial<Record<keyof JobTrace, unknown>>;
    if (typeof traceparent !== 'string') return undefined;
    return { traceparent, ...(typeof tracestate === 'string' && { tracestate }) };
  } catch {
    return undefined; // BullMQ keeps what it is given
  }
}
