import { type Api, call } from '../api.js';
import type { Plan } from '../plan.js';
import { Stage } from '../stage.js';
import { quantile } from '../summary.js';
import type { Contender, Goal, Lineup, Round, Sample, Workload } from '../workload.js';

const JOB = { name: 'report.render', payload: { title: 'x'.repeat(180) } };
const WORKER = { id: 'bench', slots: 1 };
const BATCH = 1_000;
const CALLS = { full: 400, quick: 100 };
/** The last one leaves room below the limit of a million for what is submitted beside it. */
const SIZES = { full: [1_000, 100_000, 990_000], quick: [1_000, 50_000] };
const OPERATIONS = [
  ['submit', 'submit'],
  ['fetch', 'fetch and complete'],
  ['list', 'list 50'],
] as const;

/** Whether what waits makes what comes slower. */
export const growth: Workload = {
  name: 'growth',
  title: 'Cost as the backlog grows',
  conditions: [
    'a gateway each beside 1,000, 100,000 and 990,000 waiting jobs (1,000 and 50,000 with --quick), all in one Redis, synced always',
    `one call after the other, ${CALLS.full} of each kind a round (${CALLS.quick} with --quick): submit one; lease one and complete it; list 50`,
  ],
  metrics: OPERATIONS.map(([key, title]) => ({ key, title: `ms to ${title}`, digits: 2 })),
  goals: OPERATIONS.map(([key, title]) => goal(key, title)),
  open,
};

function goal(key: string, title: string): Goal {
  const read = (round: Round) => {
    const sizes = Object.values(round);
    return (sizes.at(-1)?.[key] ?? Number.NaN) / (sizes[0]?.[key] ?? Number.NaN);
  };
  return {
    title: `time to ${title}, largest ÷ smallest backlog`,
    better: 'lower',
    must: 1.2,
    aim: 1.05,
    read: (rounds) => rounds.map(read),
  };
}

async function open(plan: Plan): Promise<Lineup> {
  await using opening = new AsyncDisposableStack();
  const { stack } = opening.use(await Stage.open());
  const contenders: Contender[] = [];
  for (const size of SIZES[plan.name]) {
    const gateway = await stack.start('gateway', { QUEUE_PREFIX: `${stack.prefix}-${size}` });
    const api = { url: gateway.url, apiKey: stack.apiKey };
    await fill(api, size);
    const run = async () => measure(api, CALLS[plan.name]);
    const name = `${size.toLocaleString('en-US')} waiting`;
    contenders.push({ name, does: 'a queue that is leased', warmUp: async () => void (await run()), run });
  }
  const opened = opening.move();
  return { contenders, reset: async () => {}, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

async function fill(api: Api, size: number): Promise<void> {
  const body = { jobs: Array.from({ length: BATCH }, () => JOB) };
  for (let stored = 0; stored < size; stored += BATCH) await call(api, 'POST', 'jobs:batch', body);
}

/** Medians, in milliseconds. */
async function measure(api: Api, calls: number): Promise<Sample> {
  return {
    submit: await medianTime(calls, () => call(api, 'POST', 'jobs', JOB)),
    fetch: await medianTime(calls, () => leaseAndComplete(api)),
    list: await medianTime(calls, () => call(api, 'GET', 'jobs?queue=external&state=waiting&limit=50')),
  };
}

async function leaseAndComplete(api: Api): Promise<void> {
  const { leases } = await call<{ leases: { leaseToken: string }[] }>(api, 'POST', 'leases', {
    queues: ['external'],
    max: 1,
    worker: WORKER,
  });
  const ended = leases.map(({ leaseToken }) => ({ leaseToken, result: { document: '', rows: 0 } }));
  await call(api, 'POST', 'leases:complete', { leases: ended });
}

async function medianTime(calls: number, run: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let number = 0; number < calls; number++) {
    const startedAt = performance.now();
    await run();
    times.push(performance.now() - startedAt);
  }
  return quantile(
    times.sort((a, b) => a - b),
    0.5,
  );
}
