import type { Redis } from 'ioredis';
import type { Api } from '../api.js';
import { untilCompleted } from '../backlog.js';
import { startBareServer, startBareWorker } from '../bare.js';
import { figure, ratio } from '../goal.js';
import { PAYLOAD_BYTES } from '../job.js';
import { sendByTimetable, type Timetable } from '../open-loop.js';
import type { Plan } from '../plan.js';
import { Stage } from '../stage.js';
import { intendedAtOf, SubmitPool } from '../submit-pool.js';
import { quantile } from '../summary.js';
import { SLOTS, startWorker } from '../workers.js';
import type { Contender, Goal, Lineup, Sample, Workload } from '../workload.js';

const RATES = [500, 1_000, 2_000];
/** About half of what a gateway, a worker and Redis do together on two cores. */
const HALF_OF_CAPACITY = 1_000;
const SECONDS = { full: 10, quick: 2 };
const PAGE = 500;

/** How long a job waits that comes alone: from the moment when it should have been sent to the first line of its handler. */
export const latency: readonly Workload[] = RATES.map((perSecond) => ({
  name: `latency-${perSecond}`,
  title: `From submission to start, ${perSecond.toLocaleString('en-US')} jobs/s`,
  conditions: [
    `open loop: each job has its moment, and counts from there, whether or not it could be sent; ${SECONDS.full} s a round (${SECONDS.quick} with --quick)`,
    `single submissions of ${PAYLOAD_BYTES}-byte payloads over HTTP, one process with ${SLOTS} slots; one Redis for both, synced always`,
  ],
  metrics: [
    { key: 'p99', title: 'p99 ms', digits: 1 },
    { key: 'p50', title: 'p50 ms', digits: 1 },
    { key: 'max', title: 'max ms', digits: 0 },
  ],
  goals: goals(perSecond),
  ...(perSecond !== HALF_OF_CAPACITY && { isLong: true as const }),
  open: (plan) => open(plan, perSecond),
}));

function goals(perSecond: number): Goal[] {
  const to = `start at ${perSecond.toLocaleString('en-US')}/s`;
  const beside: Goal = {
    title: `p99 to ${to}, product ÷ bare`,
    better: 'lower',
    must: 1.5,
    aim: 1.1,
    read: ratio('p99', 'product', 'bare'),
  };
  if (perSecond !== HALF_OF_CAPACITY) return [beside];
  return [
    beside,
    { title: `p99 to ${to}, ms`, better: 'lower', must: 50, digits: 0, read: figure('p99', 'product') },
    { title: `longest to ${to}, ms`, better: 'lower', must: 1_000, digits: 0, read: figure('max', 'product') },
  ];
}

async function open(plan: Plan, perSecond: number): Promise<Lineup> {
  await using opening = new AsyncDisposableStack();
  const stage = opening.use(await Stage.open());
  const { stack, redis } = stage;
  await startWorker(stack);
  const bare = opening.use(await startBareServer(stack));
  opening.use(await startBareWorker(stack));
  const contender = (name: string, does: string, api: Api, queueKey: string): Contender => {
    const pool = opening.use(new SubmitPool(api));
    const run = (timetable: Timetable, signal: AbortSignal) => measure(pool, redis, queueKey, timetable, signal);
    return {
      name,
      does,
      warmUp: async (signal) => void (await run({ perSecond, seconds: plan.warmUpSeconds }, signal)),
      run: (signal) => run({ perSecond, seconds: SECONDS[plan.name] }, signal),
    };
  };
  const contenders = [
    contender('product', 'gateway and worker', stack, `${stack.prefix}:io`),
    contender('bare', 'bare server and BullMQ’s Worker', { url: bare.url, apiKey: '' }, 'bull:bare'),
  ];
  const opened = opening.move();
  return { contenders, reset: () => stage.reset(), [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

async function measure(pool: SubmitPool, redis: Redis, queueKey: string, timetable: Timetable, signal: AbortSignal): Promise<Sample> {
  await sendByTimetable(timetable, (intendedAt) => pool.submit(intendedAt), signal);
  const completed = `${queueKey}:completed`;
  await untilCompleted(redis, completed, timetable.perSecond * timetable.seconds, signal);
  const waits: number[] = [];
  const ids = await redis.zrange(completed, '0', '-1');
  for (let from = 0; from < ids.length; from += PAGE) {
    const page = await Promise.all(ids.slice(from, from + PAGE).map((id) => redis.hmget(`${queueKey}:${id}`, 'data', 'returnvalue')));
    for (const [data, result] of page) waits.push(Number(JSON.parse(result ?? '{}').body) - intendedAtOf(data ?? ''));
  }
  waits.sort((a, b) => a - b);
  return { p50: quantile(waits, 0.5), p99: quantile(waits, 0.99), max: quantile(waits, 1) };
}
