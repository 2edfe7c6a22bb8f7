import { resolve } from 'node:path';
import type { Stack } from '@dts/testkit';
import { Redis } from 'ioredis';
import { Backlog } from '../backlog.js';
import { LEASERS, LEASES_AT_ONCE, leaseAndComplete } from '../batch-leaser.js';
import { emptyRedis } from '../empty-redis.js';
import { PAYLOAD } from '../job.js';
import type { Pair, Subject, Workload } from '../workload.js';

const NOOP = resolve(import.meta.dirname, '../../src/noop-handler.mjs');
/** Jobs for each second of a round. */
const JOBS_A_SECOND = 4_000;
const SLOTS = 100;

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
  apps: [],
  open,
};

async function open(stack: Stack): Promise<Pair> {
  const redis = new Redis(stack.redis.url);
  const gateway = await stack.start('gateway', { LOG_LEVEL: 'warn' });
  await stack.start('worker', { QUEUES: `io:${SLOTS}`, LOG_LEVEL: 'warn', NODE_OPTIONS: `--import=${NOOP}` });
  const elsewhere = new Backlog(stack, redis, 'external', { name: 'report.render', payload: { title: 'x'.repeat(180) } });
  const here = new Backlog(stack, redis, 'io', { name: 'http.request', payload: PAYLOAD });
  return {
    product: {
      name: 'leases',
      does: 'POST /v1/leases and :complete',
      run: (seconds, signal) => runElsewhere(elsewhere, seconds, signal, gateway.url, stack.apiKey),
    },
    peer: {
      name: 'Node worker',
      does: 'fetches from Redis itself',
      run: (seconds, signal) => measure(here, seconds, signal),
    } satisfies Subject,
    reset: () => emptyRedis(redis),
    [Symbol.asyncDispose]: async () => redis.disconnect(),
  };
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
