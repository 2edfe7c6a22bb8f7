import { randomUUID } from 'node:crypto';
import autocannon from 'autocannon';
import { cpuTimeOf } from './cpu-time.js';
import type { Plan } from './plan.js';
import type { Contender, Metric, Sample } from './workload.js';

/** Of what {@link postJobs} returns. */
export const HTTP_METRICS: readonly Metric[] = [
  { key: 'rate', title: 'stored/s', digits: 0 },
  { key: 'p50', title: 'p50 ms', digits: 0 },
  { key: 'p99', title: 'p99 ms', digits: 0 },
  { key: 'refused', title: 'no 2xx', digits: 0 },
  { key: 'cpu', title: 'µs of CPU a job', digits: 0 },
];

export interface Load {
  readonly url: string;
  readonly apiKey: string;
  readonly body: string;
  readonly connections: number;
  readonly seconds: number;
  /** Jobs in a body: 1, with an idempotency key of its own each time, unless it is a batch, without. */
  readonly batch?: number;
}

/** A server that is posted to for as long as the plan says. */
export function httpContender(
  name: string,
  does: string,
  load: Omit<Load, 'seconds'>,
  /** Of those whose processor time is counted: the server and Redis. */
  pids: readonly number[],
  { seconds, warmUpSeconds }: Plan,
): Contender {
  return {
    name,
    does,
    warmUp: async (signal) => {
      await postJobs({ ...load, seconds: warmUpSeconds }, signal);
    },
    run: async (signal) => {
      const { result, cpuUs } = await cpuTimeOf(pids, () => postJobs({ ...load, seconds }, signal));
      return { ...result, cpu: cpuUs / ((result.rate ?? Number.NaN) * seconds) };
    },
  };
}

/**
 * Posts the same body over and over.
 * @throws Error when not one request got a 2xx, the signal's reason when it is told to stop
 */
export async function postJobs({ apiKey, seconds, batch = 1, ...load }: Load, signal: AbortSignal): Promise<Sample> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` };
  const setupRequest = (request: { headers: Record<string, string> }) => ({
    ...request,
    headers: { ...request.headers, 'idempotency-key': randomUUID() },
  });
  const keyed = batch === 1 && { requests: [{ setupRequest }] };
  const run = autocannon({ ...load, method: 'POST', headers, duration: seconds, ...keyed });
  const stop = () => run.stop();
  signal.addEventListener('abort', stop, { once: true });
  const outcome = await run;
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  const refused = outcome.non2xx + outcome.errors;
  if (outcome['2xx'] === 0) throw new Error(`${load.url} stored none of ${refused} jobs: there is nothing to measure`);
  return { rate: (batch * outcome['2xx']) / outcome.duration, p50: outcome.latency.p50, p99: outcome.latency.p99, refused };
}
