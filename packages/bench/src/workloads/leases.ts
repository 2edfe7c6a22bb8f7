import { type Backlog, ProductBacklog } from '../backlog.js';
import { LEASERS, LEASES_AT_ONCE, leaseAndComplete } from '../batch-leaser.js';
import { PAYLOAD } from '../job.js';
import type { Plan } from '../plan.js';
import { Stage } from '../stage.js';
import { SLOTS, startWorker } from '../workers.js';
import type { Contender, Lineup, Workload } from '../workload.js';

/** Jobs for each second of a round. */
const JOBS_A_SECOND = 4_000;

/** What it costs to run jobs elsewhere: leases over HTTP beside a worker of ours. */
export const leases: Workload = {
  name: 'leases',
  title: 'Leases in batches beside the Node worker',
  conditions: [
    'jobs that do nothing, all of which wait before the clock starts; appendfsync always',
    `leases: one gateway, ${LEASERS} loops that lease and complete ${LEASES_AT_ONCE} at once, in this process`,
    `Node worker: one process, ${SLOTS} slots, whose handler of http.request does nothing; logs are off for both`,
  ],
  metrics: [{ key: 'jobsPerSecond', title: 'jobs/s', digits: 0 }],
  goals: [],
  isLong: true,
  open,
};

async function open({ seconds }: Plan): Promise<Lineup> {
  await using opening = new AsyncDisposableStack();
  const stage = opening.use(await Stage.open({ env: { LOG_LEVEL: 'warn' } }));
  const { stack, redis } = stage;
  await startWorker(stack);
  const elsewhere = new ProductBacklog(stack, redis, stack.prefix, 'external', {
    name: 'report.render',
    payload: { title: 'x'.repeat(180) },
  });
  const here = new ProductBacklog(stack, redis, stack.prefix, 'io', { name: 'http.request', payload: PAYLOAD });
  const contender = (name: string, does: string, run: Contender['run']): Contender => ({
    name,
    does,
    warmUp: async (signal) => void (await run(signal)),
    run,
  });
  const contenders = [
    contender('leases', 'POST /v1/leases and :complete', (signal) => runElsewhere(elsewhere, seconds, signal, stack.url, stack.apiKey)),
    contender('Node worker', 'fetches from Redis itself', (signal) => measure(here, seconds, signal)),
  ];
  const opened = opening.move();
  return { contenders, reset: () => stage.reset(), [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

async function runElsewhere(backlog: Backlog, seconds: number, signal: AbortSignal, url: string, apiKey: string) {
  const stopping = new AbortController();
  const filled = JOBS_A_SECOND * seconds;
  await backlog.fill(filled);
  const leasing = leaseAndComplete(url, apiKey, stopping.signal);
  try {
    return { jobsPerSecond: filled / (await Promise.race([backlog.workOff(filled, signal), leasing.then(() => Number.NaN)])) };
  } finally {
    stopping.abort();
    await leasing;
  }
}

async function measure(backlog: Backlog, seconds: number, signal: AbortSignal) {
  const filled = JOBS_A_SECOND * seconds;
  await backlog.fill(filled);
  return { jobsPerSecond: filled / (await backlog.workOff(filled, signal)) };
}
