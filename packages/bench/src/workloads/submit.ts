import { fileURLToPath } from 'node:url';
import { SchedulerClient } from '@dts/client';
import { type Stack, startServer } from '@dts/testkit';
import { Redis } from 'ioredis';
import { emptyRedis } from '../empty-redis.js';
import { HTTP_METRICS, postJobs } from '../http-load.js';
import { CONNECTIONS, JOB, PAYLOAD, PAYLOAD_BYTES } from '../job.js';
import type { Pair, Subject, Workload } from '../workload.js';

const BARE_SERVER = fileURLToPath(new URL('../bare-server.js', import.meta.url));

/** What all that a submission goes through costs: the gateway against a server that only stores. */
export const submit: Workload = {
  name: 'submit',
  title: 'Submitting single jobs over HTTP',
  conditions: [
    `${CONNECTIONS} connections, ${PAYLOAD_BYTES}-byte payload, the same bytes sent to both`,
    'one Redis for both, append-only file synced before every answer, emptied before every round',
    'no worker runs: the cores are for Redis, one server and the load',
  ],
  metrics: HTTP_METRICS,
  apps: [],
  open,
};

async function open(stack: Stack): Promise<Pair> {
  await using opening = new AsyncDisposableStack();
  const bare = await startServer(BARE_SERVER, { env: { REDIS_URL: stack.redis.url } });
  opening.defer(async () => {
    await bare.stop();
  });
  const redis = opening.adopt(new Redis(stack.redis.url), (client) => client.disconnect());
  await submitOne(stack);
  const opened = opening.move();
  return {
    product: subject(stack, 'gateway', 'API key, schema, idempotency key, metrics, durable answer', stack.url),
    peer: subject(stack, 'bare server', 'Fastify and queue.add, none of these', bare.url),
    reset: () => emptyRedis(redis),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

function subject({ apiKey }: Stack, name: string, does: string, url: string): Subject {
  const load = { url: `${url}/v1/jobs`, apiKey, body: JOB, connections: CONNECTIONS };
  return { name, does, run: (seconds, signal) => postJobs({ ...load, seconds }, signal) };
}

/** Says what is wrong, should the gateway not take the job, before it is asked thousands of times. */
async function submitOne({ url, apiKey }: Stack): Promise<void> {
  await new SchedulerClient({ url, apiKey }).submit('http.request', PAYLOAD);
}
