import { type Backlog, ProductBacklog } from '../backlog.js';
import { BareBacklog } from '../bare-backlog.js';
import { ratio } from '../goal.js';
import { PAYLOAD, PAYLOAD_BYTES } from '../job.js';
import type { Plan } from '../plan.js';
import { Stage } from '../stage.js';
import type { Contender, Lineup, Workload } from '../workload.js';

const JOBS = { full: 50_000, quick: 10_000 };

/** What a waiting job takes of Redis's memory. */
export const bytes: Workload = {
  name: 'bytes',
  title: 'Bytes of Redis for a waiting job',
  conditions: [
    `${JOBS.full} waiting jobs (${JOBS.quick} with --quick), ${PAYLOAD_BYTES}-byte payload, without idempotency keys`,
    'used_memory of Redis over that of an empty one, without the buffers of clients and of the append-only file',
  ],
  metrics: [{ key: 'bytes', title: 'bytes a job', digits: 0 }],
  goals: [
    { title: 'bytes of a waiting job, product ÷ bare', better: 'lower', must: 1.25, aim: 1, read: ratio('bytes', 'product', 'bare') },
  ],
  rounds: 1,
  open,
};

async function open(plan: Plan): Promise<Lineup> {
  await using opening = new AsyncDisposableStack();
  const stage = opening.use(await Stage.open());
  const { stack, redis } = stage;
  const bare = opening.use(new BareBacklog(stack.redis.url, redis));
  const product = new ProductBacklog(stack, redis, stack.prefix, 'io', { name: 'http.request', payload: PAYLOAD });
  const contender = (name: string, does: string, backlog: Backlog): Contender => ({
    name,
    does,
    run: () => measure(stage, backlog, JOBS[plan.name]),
  });
  const contenders = [
    contender('product', 'tenant, request, fairness, retry and retention with each job', product),
    contender('bare', 'queue.addBulk with name and data', bare),
  ];
  const opened = opening.move();
  return { contenders, reset: () => stage.reset(), [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

async function measure(stage: Stage, backlog: Backlog, jobs: number) {
  const before = await usedMemory(stage);
  await backlog.fill(jobs);
  return { bytes: ((await usedMemory(stage)) - before) / jobs };
}

async function usedMemory({ stack }: Stage): Promise<number> {
  const memory = await stack.redis.info('memory');
  const read = (name: string) => Number(memory.get(name) ?? Number.NaN);
  return read('used_memory') - read('mem_clients_normal') - read('mem_aof_buffer');
}
