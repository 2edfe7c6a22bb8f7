import { judge } from './goal.js';
import type { Plan } from './plan.js';
import { play } from './play.js';
import type { Result } from './report/result.js';
import { alignColumns, figureRows, format, goalRows } from './table.js';
import type { Contender, Lineup, Metric, Sample, Workload } from './workload.js';

/** Runs one workload from nothing to its figures, and tells `log` as it goes. */
export async function measure(workload: Workload, plan: Plan, signal: AbortSignal, log: (text: string) => void): Promise<Result> {
  const startedAt = performance.now();
  log(`\n${workload.name}: ${workload.title}\n${workload.conditions.map((condition) => `  · ${condition}`).join('\n')}`);
  await using lineup = await workload.open(plan, signal);
  const count = Math.min(workload.rounds ?? plan.rounds, plan.rounds);
  introduce(lineup, count, log);
  const rounds = await play(lineup, count, signal, (contender, round, sample) => {
    log(`  ${round}/${count}  ${contender.name.padEnd(widest(lineup.contenders))}  ${tell(workload.metrics, sample)}`);
  });
  const judgements = workload.goals.map((goal) => judge(goal, rounds));
  const names = lineup.contenders.map(({ name }) => name);
  log(`\n${alignColumns(figureRows(workload.metrics, names, rounds))}`);
  if (judgements.length > 0) log(`\n${alignColumns(goalRows(judgements))}`);
  const contenders = lineup.contenders.map(({ name, does }) => ({ name, does }));
  return { workload, contenders, absent: lineup.absent ?? [], rounds, judgements, took: (performance.now() - startedAt) / 1_000 };
}

function introduce({ contenders, absent = [] }: Lineup, rounds: number, log: (text: string) => void): void {
  for (const { name, does } of contenders) log(`  ${name}: ${does}`);
  for (const { name, why } of absent) log(`  ${name} is absent: ${why}`);
  log(`  ${rounds} rounds, in turns; medians, quartiles in brackets\n`);
}

function tell(metrics: readonly Metric[], sample: Sample): string {
  return metrics.map(({ key, title, digits }) => `${title} ${format(sample[key] ?? Number.NaN, digits)}`).join('  ');
}

function widest(contenders: readonly Contender[]): number {
  return Math.max(...contenders.map(({ name }) => name.length));
}
