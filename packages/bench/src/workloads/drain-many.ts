import type { Stack } from '@dts/testkit';
import { type Backlog, ProductBacklog } from '../backlog.js';
import { startBareWorker } from '../bare.js';
import { BareBacklog } from '../bare-backlog.js';
import { PAYLOAD, PAYLOAD_BYTES } from '../job.js';
import { Stage } from '../stage.js';
import { SLOTS, startWorker } from '../workers.js';
import type { Contender, Goal, Lineup, Round, Workload } from '../workload.js';

const JOBS = 50_000;
const WARM_UP = 5_000;
const COUNTS = [1, 2, 4];

const named = (kind: string, count: number) => `${kind} × ${count}`;

/** What more processes bring, beside what they bring to BullMQ by itself. */
export const drainMany: Workload = {
  name: 'drain-many',
  title: 'Draining jobs that do nothing, in more processes',
  conditions: [
    `${JOBS} jobs, ${PAYLOAD_BYTES}-byte payload, all of which wait before the clock starts; concurrency ${SLOTS} in each process`,
    `processes of each turn are started for it and run ${WARM_UP} jobs first; one Redis for all, emptied before every turn`,
    'processes, Redis and this program share the cores: with fewer cores than processes nobody gains by more of them',
  ],
  metrics: [{ key: 'rate', title: 'jobs/s', digits: 0 }],
  goals: COUNTS.slice(1).map(goal),
  isLong: true,
  open,
};

function goal(count: number): Goal {
  const gain = (round: Round, kind: string) =>
    (round[named(kind, count)]?.rate ?? Number.NaN) / (round[named(kind, 1)]?.rate ?? Number.NaN);
  return {
    title: `gain by ${count} processes, worker ÷ bare`,
    better: 'higher',
    must: 0.95,
    aim: 1,
    read: (rounds) => rounds.map((round) => gain(round, 'worker') / gain(round, 'bare')),
  };
}

async function open(): Promise<Lineup> {
  await using opening = new AsyncDisposableStack();
  const stage = opening.use(await Stage.open());
  const { stack, redis } = stage;
  const bare = opening.use(new BareBacklog(stack.redis.url, redis));
  const product = new ProductBacklog(stack, redis, stack.prefix, 'io', { name: 'http.request', payload: PAYLOAD });
  const contenders = COUNTS.flatMap((count) => [
    contender(named('worker', count), product, count, () => startProductWorker(stack)),
    contender(named('bare', count), bare, count, () => startBareWorker(stack)),
  ]);
  const opened = opening.move();
  return { contenders, reset: () => stage.reset(), [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

function contender(name: string, backlog: Backlog, count: number, start: () => Promise<AsyncDisposable>): Contender {
  const run = async (signal: AbortSignal) => {
    await using processes = new AsyncDisposableStack();
    for (const process of await Promise.all(Array.from({ length: count }, start))) processes.use(process);
    await backlog.fill(WARM_UP);
    await backlog.workOff(WARM_UP, signal);
    await backlog.fill(JOBS);
    return { rate: JOBS / (await backlog.workOff(WARM_UP + JOBS, signal)) };
  };
  return { name, does: `${count} process${count === 1 ? '' : 'es'}`, run };
}

async function startProductWorker(stack: Stack): Promise<AsyncDisposable> {
  const worker = await startWorker(stack);
  return { [Symbol.asyncDispose]: () => worker.stop().then(() => undefined) };
}
