import { type App, waitFor } from '@dts/testkit';
import { postJobs } from '../http-load.js';
import { CONNECTIONS, JOB } from '../job.js';
import type { Plan } from '../plan.js';
import { Stage } from '../stage.js';
import { summarize } from '../summary.js';
import { STUB } from '../workers.js';
import type { Goal, Lineup, Sample, Workload } from '../workload.js';

const PROBE = new URL('../../src/heap-probe.mjs', import.meta.url).href;
const ROUNDS = 16;
/** As many jobs as come in an hour at 100 a second, about: sixteen rounds at 1,500 a second. */
const SECONDS = { full: 15, quick: 1 };
const DRAIN_MS = 120_000;
const MIB = 2 ** 20;
/** What the caches of a young process still take: those rounds are not compared. */
const SETTLED = ROUNDS / 4;

/** Whether an hour's load leaves something behind. */
export const memory: Workload = {
  name: 'memory',
  title: 'Memory under an hour’s load in fast motion',
  conditions: [
    `${ROUNDS} rounds of ${SECONDS.full} s in which ${CONNECTIONS} connections submit as fast as they can and a worker runs it all`,
    'between them all garbage is collected; what is left of the heap is compared: last quarter of the rounds over the second',
  ],
  metrics: [
    { key: 'gateway', title: 'gateway MiB', digits: 1 },
    { key: 'worker', title: 'worker MiB', digits: 1 },
    { key: 'jobs', title: 'jobs', digits: 0 },
  ],
  goals: [goal('gateway'), goal('worker')],
  isLong: true,
  rounds: ROUNDS,
  open,
};

function goal(app: 'gateway' | 'worker'): Goal {
  return {
    title: `heap of the ${app}, end ÷ beginning`,
    better: 'lower',
    must: 1.05,
    read: (rounds) => {
      const values = rounds.map((round) => round.stack?.[app] ?? Number.NaN);
      return [summarize(values.slice(-SETTLED)).median / summarize(values.slice(SETTLED, 2 * SETTLED)).median];
    },
  };
}

async function open(plan: Plan): Promise<Lineup> {
  await using opening = new AsyncDisposableStack();
  const stage = opening.use(await Stage.open({ env: { NODE_OPTIONS: `--import=${PROBE}` } }));
  const { stack } = stage;
  const worker = await stack.start('worker', { QUEUES: 'io', NODE_OPTIONS: `--import=${STUB} --import=${PROBE}` });
  const load = { url: `${stack.url}/v1/jobs`, apiKey: stack.apiKey, body: JOB, connections: CONNECTIONS, seconds: SECONDS[plan.name] };
  const run = async (signal: AbortSignal): Promise<Sample> => {
    const { rate = 0 } = await postJobs(load, signal);
    await waitFor(() => isDrained(stage), { timeoutMs: DRAIN_MS, describe: 'all jobs to have run' });
    return { gateway: await readHeap(stack.gateway), worker: await readHeap(worker), jobs: rate * load.seconds };
  };
  const opened = opening.move();
  const contenders = [{ name: 'stack', does: 'a gateway and a worker', run }];
  return { contenders, reset: async () => {}, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

async function isDrained({ stack, redis }: Stage): Promise<boolean> {
  const key = (set: string) => `${stack.prefix}:io:${set}`;
  const [line, waiting, active] = await Promise.all([redis.zcard(key('prioritized')), redis.llen(key('wait')), redis.llen(key('active'))]);
  return line + waiting + active === 0;
}

/** In MiB, without garbage. */
async function readHeap({ program }: App): Promise<number> {
  program.output = '';
  program.signal('SIGUSR2');
  const found = await waitFor(() => /^\{"heapUsed":(\d+)\}$/m.exec(program.output), { describe: 'the size of the heap' });
  return Number(found[1]) / MIB;
}
