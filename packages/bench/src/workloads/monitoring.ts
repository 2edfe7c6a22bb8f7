import type { Stack } from '@dts/testkit';
import { Redis } from 'ioredis';
import { emptyRedis } from '../empty-redis.js';
import { CONNECTIONS, PAYLOAD_BYTES } from '../job.js';
import { openService } from '../service.js';
import type { Pair, Subject, Workload } from '../workload.js';
import { Installation } from './installation.js';

type Environment = Readonly<Record<string, string>>;

const OFF: Environment = { METRICS: 'off', LOG_LEVEL: 'silent' };
const METRICS: Environment = { METRICS: 'on', LOG_LEVEL: 'silent' };
/** A hundredth of the traces, which is what busy services record. */
const TRACES: Environment = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_TRACES_SAMPLER_ARG: '0.01' };

const COMMON = {
  conditions: [
    `half of a round jobs are stored with the queue paused (${CONNECTIONS} connections, ${PAYLOAD_BYTES}-byte payload), in the other half one worker runs them`,
    'each job calls a service in the process of the load, which answers at once',
    'one Redis for both, emptied before every round; a gateway and a worker each, with keys of their own',
    'what is on is scraped every second: fifteen times as often as in production',
  ],
  metrics: [
    { key: 'stored', title: 'stored/s', digits: 0 },
    { key: 'storeCpu', title: 'µs of CPU each', digits: 0 },
    { key: 'done', title: 'done/s', digits: 0 },
    { key: 'doneCpu', title: 'µs of CPU each', digits: 0 },
  ],
  apps: [],
} as const;

/** What counting and timing costs the gateway and the worker. */
export const monitoring: Workload = {
  ...COMMON,
  name: 'monitoring',
  title: 'METRICS=on beside off',
  open: (stack) => open(stack, { name: 'metrics on', does: 'counts, times, and is scraped', env: METRICS }),
};

/** And what all of it costs. */
export const observability: Workload = {
  ...COMMON,
  name: 'observability',
  title: 'Metrics, traces and logs beside none of them',
  open: (stack) => open(stack, { name: 'all on', does: 'metrics, 1 % of the traces, a log line a job', env: { METRICS: 'on', ...TRACES } }),
};

async function open(stack: Stack, on: { readonly name: string; readonly does: string; readonly env: Environment }): Promise<Pair> {
  await using opening = new AsyncDisposableStack();
  const service = opening.use(await openService());
  const redis = opening.adopt(new Redis(stack.redis.url), (client) => client.disconnect());
  const collector = { OTEL_EXPORTER_OTLP_ENDPOINT: service.url };
  const subject = async (name: string, does: string, env: Environment): Promise<Subject> => {
    const installation = await Installation.start(stack, redis, service.url, { ...env, ...collector });
    return { name, does, run: (seconds, signal) => installation.run(seconds, signal) };
  };
  const product = await subject(on.name, on.does, on.env);
  const peer = await subject('off', 'neither counts nor times', OFF);
  const opened = opening.move();
  return { product, peer, reset: () => emptyRedis(redis), [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
