/** `npm run bench`: two that can be compared, in turns. Judges nothing: it prints what it saw. */
import { cpus } from 'node:os';
import { startStack } from '@dts/testkit';
import { compare } from './compare.js';
import { type Plan, parsePlan, USAGE } from './plan.js';
import { renderTable } from './table.js';
import type { Workload } from './workload.js';
import { durability } from './workloads/durability.js';
import { observability } from './workloads/observability.js';
import { submit } from './workloads/submit.js';

const WORKLOADS: readonly Workload[] = [submit, durability, ...observability];

/** A rewrite of the append-only file in the middle of a round would fall on one side only. */
const REDIS = { config: { 'auto-aof-rewrite-percentage': '0' } };

/** @throws Error that names the workloads there are */
function chosen(only: string | undefined): readonly Workload[] {
  const found = WORKLOADS.filter(({ name }) => only === undefined || name === only);
  if (found.length > 0) return found;
  throw new Error(`There is no workload ${JSON.stringify(only)}; there are: ${WORKLOADS.map(({ name }) => name).join(', ')}.`);
}

async function bench(plan: Plan, signal: AbortSignal): Promise<void> {
  const workloads = chosen(plan.only);
  const [cpu] = cpus();
  console.log(`${cpus().length} × ${cpu?.model.trim() ?? 'unknown processor'}, Node ${process.version}`);
  for (const workload of workloads) await measure(workload, plan, signal);
}

async function measure(workload: Workload, plan: Plan, signal: AbortSignal): Promise<void> {
  console.log(`\n${workload.title}\n${workload.conditions.map((condition) => `  · ${condition}`).join('\n')}`);
  await using running = new AsyncDisposableStack();
  const stack = running.adopt(await startStack({ redis: REDIS, apps: workload.apps }), (started) => started.stop());
  const pair = running.use(await workload.open(stack));
  for (const { name, does } of [pair.product, pair.peer]) console.log(`  ${name}: ${does}`);
  console.log(`  ${plan.rounds} rounds of ${plan.seconds} s each, in turns; medians, lowest and highest round in brackets\n`);
  const comparison = await compare(pair, plan, signal, ({ name }, round, sample) => {
    const figures = workload.metrics.map(({ key, title, digits }) => `${title} ${sample[key]?.toFixed(digits)}`);
    console.log(`  round ${round}  ${name.padEnd(12)} ${figures.join('  ')}`);
  });
  console.log(`\n${renderTable(workload.metrics, pair, comparison)}`);
}

async function main(): Promise<number> {
  const plan = parsePlan(process.argv.slice(2));
  if (plan === 'help') {
    console.log(USAGE);
    return 0;
  }
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort(new Error('Stopped.')));
  await bench(plan, stopping.signal);
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
