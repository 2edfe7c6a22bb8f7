import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ratio } from '../goal.js';
import { CONNECTIONS, PAYLOAD_BYTES } from '../job.js';
import type { Plan } from '../plan.js';
import { openService } from '../service.js';
import { Stage } from '../stage.js';
import type { Contender, Goal, Lineup, Workload } from '../workload.js';
import { Installation } from './installation.js';

type Environment = Readonly<Record<string, string>>;

/** What is switched on; its peer has nothing of it. */
interface Switched {
  readonly name: string;
  readonly title: string;
  readonly does: string;
  readonly env: Environment;
}

const OFF: Environment = { METRICS: 'off', LOG_LEVEL: 'silent' };
const METRICS: Environment = { METRICS: 'on' };
const LOGS: Environment = { LOG_LEVEL: 'info' };
/** A hundredth of the traces, which is what busy services record. */
const TRACES: Environment = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_TRACES_SAMPLER_ARG: '0.01' };

const ALL: readonly Switched[] = [
  { name: 'monitoring', title: 'METRICS=on beside off', does: 'counts, times, and is scraped', env: METRICS },
  { name: 'tracing', title: 'Traces beside none', does: 'records 1 % of the traces', env: TRACES },
  { name: 'logging', title: 'LOG_LEVEL=info beside silent', does: 'writes a line a job', env: LOGS },
  { name: 'observability', title: 'All of it beside nothing', does: 'metrics, traces, logs', env: { ...METRICS, ...TRACES, ...LOGS } },
];

/** What is looked for is less than what a round differs from the next one. */
const ROUNDS = 11;

/** Of the two halves of a round: what a user may notice of it. */
function goals({ name }: Switched): Goal[] {
  const halves = [
    ['stored', 'submissions/s'],
    ['done', 'jobs done/s'],
  ] as const;
  return halves.map(([key, unit]) => ({
    title: `${unit}, ${name} ÷ off`,
    better: 'higher',
    must: 0.95,
    aim: 0.98,
    read: ratio(key, name, 'off'),
  }));
}

/** What each of them costs the gateway and the worker, and what all of it does. */
export const observability: readonly Workload[] = ALL.map((on) => ({
  name: on.name,
  title: on.title,
  conditions: [
    `half of a round jobs are stored with the queue paused (${CONNECTIONS} connections, ${PAYLOAD_BYTES}-byte payload), in the other half one worker runs them`,
    'each job calls a service in the process of the load, which answers at once',
    'one Redis for both, emptied before every round; a gateway and a worker each, with keys of their own',
    'both are scraped every second: fifteen times as often as in production; both log to a file',
  ],
  metrics: [
    { key: 'stored', title: 'stored/s', digits: 0 },
    { key: 'storeCpu', title: 'µs of CPU each', digits: 0 },
    { key: 'done', title: 'done/s', digits: 0 },
    { key: 'doneCpu', title: 'µs of CPU each', digits: 0 },
  ],
  goals: goals(on),
  isLong: true,
  rounds: ROUNDS,
  open: (plan) => open(plan, on),
}));

async function open({ seconds }: Plan, on: Switched): Promise<Lineup> {
  await using opening = new AsyncDisposableStack();
  const logs = opening.adopt(await mkdtemp(join(tmpdir(), 'dts-bench-')), (folder) => rm(folder, { recursive: true }));
  const service = opening.use(await openService());
  const stage = opening.use(await Stage.open());
  const collector = { OTEL_EXPORTER_OTLP_ENDPOINT: service.url };
  const contender = async (name: string, does: string, env: Environment): Promise<Contender> => {
    const installation = await Installation.start(stage, service.url, { ...env, ...collector }, join(logs, `${name}.log`));
    const run = (signal: AbortSignal) => installation.run(seconds, signal);
    return { name, does, warmUp: async (signal) => void (await run(signal)), run };
  };
  const contenders = [await contender(on.name, on.does, { ...OFF, ...on.env }), await contender('off', 'nothing of it', OFF)];
  const opened = opening.move();
  return { contenders, reset: () => stage.reset(), [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
