import { SchedulerClient } from '@dts/client';
import type { Stack } from '@dts/testkit';
import { startBareServer } from '../bare.js';
import { ratio } from '../goal.js';
import { HTTP_METRICS, httpContender } from '../http-load.js';
import { CONNECTIONS, JOB, PAYLOAD, PAYLOAD_BYTES } from '../job.js';
import type { Plan } from '../plan.js';
import { Stage } from '../stage.js';
import type { Lineup, Workload } from '../workload.js';

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
  goals: [
    { title: 'submissions/s, gateway ÷ bare server', better: 'higher', must: 0.75, aim: 1, read: ratio('rate', 'gateway', 'bare server') },
  ],
  open,
};

async function open(plan: Plan): Promise<Lineup> {
  await using opening = new AsyncDisposableStack();
  const stage = opening.use(await Stage.open());
  const { stack } = stage;
  const bare = opening.use(await startBareServer(stack));
  await submitOne(stack);
  const load = { apiKey: stack.apiKey, body: JOB, connections: CONNECTIONS };
  const contenders = [
    httpContender(
      'gateway',
      'API key, schema, idempotency key, metrics, durable answer',
      { ...load, url: `${stack.url}/v1/jobs` },
      [stack.gateway.pid, stack.redis.pid],
      plan,
    ),
    httpContender(
      'bare server',
      'Fastify and queue.add, none of these',
      { ...load, url: `${bare.url}/v1/jobs` },
      [bare.pid, stack.redis.pid],
      plan,
    ),
  ];
  const opened = opening.move();
  return { contenders, reset: () => stage.reset(), [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** Says what is wrong, should the gateway not take the job, before it is asked thousands of times. */
async function submitOne({ url, apiKey }: Stack): Promise<void> {
  await new SchedulerClient({ url, apiKey }).submit('http.request', PAYLOAD);
}
