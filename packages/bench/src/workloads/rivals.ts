import type { Plan } from '../plan.js';
import { Arena } from '../rivals/arena.js';
import { goRivals } from '../rivals/go-rivals.js';
import { nodeRivals } from '../rivals/node-rivals.js';
import { Postgres } from '../rivals/postgres.js';
import { PRODUCT, ProductContender } from '../rivals/product-contender.js';
import { pythonRivals } from '../rivals/python-rivals.js';
import type { Rival } from '../rivals/rival.js';
import { type Amounts, RivalContender } from '../rivals/rival-contender.js';
import { summarize } from '../summary.js';
import type { Contender, Goal, Lineup, Round, Workload } from '../workload.js';

const AMOUNTS: Readonly<Record<Plan['name'], Amounts>> = { full: { call: 10_000, noop: 30_000 }, quick: { call: 500, noop: 1_500 } };
/** Which of them run, with commas between; all unless set. */
const { BENCH_RIVALS } = process.env;
/** 60 % less time. */
const MUST = 0.4;
const FASTEST = 'bee-queue';
/** Their batches are settled as one, or not until later: other promises than a job at a time makes. They are shown, and judged apart. */
const isInBatches = (name: string) => name.endsWith('in batches');

/** What one gets who takes another job queue. */
export const rivals: Workload = {
  name: 'rivals',
  title: 'Other job queues: a batch from the first submission to the last job done',
  conditions: [
    `${AMOUNTS.full.call} jobs that POST to a service on loopback, then ${AMOUNTS.full.noop} that do nothing; a twentieth with --quick; some 200 bytes each`,
    'workers run and wait when the clock starts; each queue with its call for many where it has one; stores are emptied before',
    'each with the settings that were fastest in a trial with a tenth of the jobs: processes × jobs at once',
    'Redis: appendonly yes, appendfsync always, for all; PostgreSQL: its defaults, so fsync and synchronous_commit on',
    'a job that does nothing writes 8 bytes to a file in memory, in each language; what calls uses that of the language with keep-alive',
  ],
  metrics: [
    { key: 'calls', title: 's for calls', digits: 2 },
    { key: 'callRate', title: 'calls/s', digits: 0 },
    { key: 'noops', title: 's for no-ops', digits: 2 },
    { key: 'noopRate', title: 'no-ops/s', digits: 0 },
  ],
  goals: [
    goal('calls', 'the median of the others, a job at a time', MUST, (round) =>
      median(others(round, 'calls', (name) => !isInBatches(name))),
    ),
    goal('calls', 'the median of the others, each at its fastest', MUST, (round) => median(fastestOfEach(round, 'calls'))),
    goal('noops', 'the median of the others, a job at a time', MUST, (round) =>
      median(others(round, 'noops', (name) => !isInBatches(name))),
    ),
    goal('noops', 'the fastest of the others but Bee-Queue, a job at a time', MUST, (round) =>
      Math.min(...others(round, 'noops', (name) => !isInBatches(name) && name !== FASTEST)),
    ),
    goal('calls', 'Bee-Queue', 1, (round) => round[FASTEST]?.calls ?? Number.NaN),
    goal('noops', 'Bee-Queue', 1, (round) => round[FASTEST]?.noops ?? Number.NaN),
  ],
  isLong: true,
  rounds: 3,
  open,
};

function goal(key: 'calls' | 'noops', than: string, must: number, bound: (round: Round) => number): Goal {
  const title = `time for ${key === 'calls' ? 'calls' : 'no-ops'}, ${PRODUCT} ÷ ${than}`;
  return { title, better: 'lower', must, read: (rounds) => rounds.map((round) => (round[PRODUCT]?.[key] ?? Number.NaN) / bound(round)) };
}

function others(round: Round, key: string, isMeant: (name: string) => boolean): number[] {
  return Object.entries(round).flatMap(([name, sample]) => (name !== PRODUCT && isMeant(name) ? [sample[key] ?? Number.NaN] : []));
}

/** One time for each queue, whichever way of running it was faster. */
function fastestOfEach(round: Round, key: string): number[] {
  const queueOf = (name: string) => name.replace(' in batches', '');
  const queues = new Set(
    Object.keys(round)
      .filter((name) => name !== PRODUCT)
      .map(queueOf),
  );
  return [...queues].map((queue) => Math.min(...others(round, key, (name) => queueOf(name) === queue)));
}

function median(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : summarize(values).median;
}

async function open(plan: Plan): Promise<Lineup> {
  await using opening = new AsyncDisposableStack();
  const absent: { readonly name: string; readonly why: string }[] = [];
  const attempt = async <Found>(name: string, find: () => Promise<Found>): Promise<Found | undefined> => {
    try {
      return await find();
    } catch (error) {
      absent.push({ name, why: (error as Error).message });
      return undefined;
    }
  };
  const postgres = await attempt('PostgreSQL', async () => opening.use(await Postgres.start()));
  const arena = opening.use(await Arena.open(postgres));
  const found = [
    await attempt('those in Node', () => nodeRivals()),
    await attempt('those in Python', () => pythonRivals(arena.redisUrl)),
    await attempt('those in Go', () => goRivals()),
  ].flatMap((some) => some ?? []);
  const contenders: Contender[] = [
    new ProductContender(arena, AMOUNTS[plan.name]),
    ...chosen(found, postgres !== undefined).map((rival) => new RivalContender(rival, arena, AMOUNTS[plan.name])),
  ];
  const opened = opening.move();
  return { contenders, absent, reset: () => arena.reset(), [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

function chosen(found: readonly Rival[], hasPostgres: boolean): readonly Rival[] {
  const names = BENCH_RIVALS?.split(',');
  return found.filter(({ name, store }) => (hasPostgres || store === 'redis') && (names === undefined || names.includes(name)));
}
