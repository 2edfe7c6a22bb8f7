import { startBareServer } from '../bare.js';
import { ratio } from '../goal.js';
import { HTTP_METRICS, httpContender } from '../http-load.js';
import { PAYLOAD, PAYLOAD_BYTES } from '../job.js';
import type { Plan } from '../plan.js';
import { Stage } from '../stage.js';
import type { Lineup, Workload } from '../workload.js';

const BATCH = 100;
const CONNECTIONS = 8;
const BODY = JSON.stringify({ jobs: Array.from({ length: BATCH }, () => ({ name: 'http.request', payload: PAYLOAD })) });

/** What a submission costs when a hundred come at once. */
export const batch: Workload = {
  name: 'batch',
  title: `Submitting batches of ${BATCH} over HTTP`,
  conditions: [
    `${CONNECTIONS} connections, ${PAYLOAD_BYTES}-byte payloads without idempotency keys, the same bytes sent to both`,
    'one Redis for both, append-only file synced before every answer, emptied before every round; no worker runs',
  ],
  metrics: HTTP_METRICS,
  goals: [
    {
      title: 'jobs/s in batches, gateway ÷ bare addBulk',
      better: 'higher',
      must: 0.9,
      aim: 1.1,
      read: ratio('rate', 'gateway', 'bare addBulk'),
    },
  ],
  open,
};

async function open(plan: Plan): Promise<Lineup> {
  await using opening = new AsyncDisposableStack();
  const stage = opening.use(await Stage.open());
  const { stack } = stage;
  const bare = opening.use(await startBareServer(stack));
  const load = { apiKey: stack.apiKey, body: BODY, connections: CONNECTIONS, batch: BATCH };
  const contenders = [
    httpContender(
      'gateway',
      'each job validated and answered for itself',
      { ...load, url: `${stack.url}/v1/jobs:batch` },
      [stack.gateway.pid, stack.redis.pid],
      plan,
    ),
    httpContender(
      'bare addBulk',
      'Fastify and queue.addBulk',
      { ...load, url: `${bare.url}/v1/jobs:batch` },
      [bare.pid, stack.redis.pid],
      plan,
    ),
  ];
  const opened = opening.move();
  return { contenders, reset: () => stage.reset(), [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
