import { type Backlog, ProductBacklog } from '../backlog.js';
import { startBareWorker } from '../bare.js';
import { BareBacklog } from '../bare-backlog.js';
import { cpuTimeOf } from '../cpu-time.js';
import { ratio } from '../goal.js';
import { PAYLOAD, PAYLOAD_BYTES } from '../job.js';
import type { Plan } from '../plan.js';
import { Stage } from '../stage.js';
import { SLOTS, startWorker } from '../workers.js';
import type { Contender, Lineup, Workload } from '../workload.js';

const JOBS = { full: 50_000, quick: 10_000 };

/** What all that a job goes through in a worker costs. */
export const drain: Workload = {
  name: 'drain',
  title: 'Draining jobs that do nothing, in one process',
  conditions: [
    `${JOBS.full} jobs (${JOBS.quick} with --quick), ${PAYLOAD_BYTES}-byte payload, all of which wait before the clock starts`,
    `one process, concurrency ${SLOTS}; one Redis for both, append-only file synced always, emptied before every round`,
    'worker: locks, deadlines, attempts, fairness, metrics and a log line a job, as it ships',
  ],
  metrics: [
    { key: 'rate', title: 'jobs/s', digits: 0 },
    { key: 'cpu', title: 'µs of CPU a job', digits: 0 },
  ],
  goals: [{ title: 'jobs/s in one process, worker ÷ bare', better: 'higher', must: 0.95, aim: 1, read: ratio('rate', 'worker', 'bare') }],
  open,
};

async function open(plan: Plan): Promise<Lineup> {
  await using opening = new AsyncDisposableStack();
  const stage = opening.use(await Stage.open());
  const { stack, redis } = stage;
  const worker = await startWorker(stack);
  const bareWorker = opening.use(await startBareWorker(stack));
  const bare = opening.use(new BareBacklog(stack.redis.url, redis));
  const product = new ProductBacklog(stack, redis, stack.prefix, 'io', { name: 'http.request', payload: PAYLOAD });
  const contenders = [
    contender('worker', 'the product’s', product, [worker.pid, stack.redis.pid], JOBS[plan.name]),
    contender('bare', 'BullMQ’s Worker by itself', bare, [bareWorker.pid, stack.redis.pid], JOBS[plan.name]),
  ];
  const opened = opening.move();
  return { contenders, reset: () => stage.reset(), [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

function contender(name: string, does: string, backlog: Backlog, pids: readonly number[], jobs: number): Contender {
  const drained = async (count: number, signal: AbortSignal) => {
    await backlog.fill(count);
    const { result: seconds, cpuUs } = await cpuTimeOf(pids, () => backlog.workOff(count, signal));
    return { rate: count / seconds, cpu: cpuUs / count };
  };
  return { name, does, warmUp: async (signal) => void (await drained(jobs / 5, signal)), run: (signal) => drained(jobs, signal) };
}
