import type { ReportHead } from './report-head.js';
import type { Result } from './result.js';

/** Raised when a member changes its meaning or goes; not when one is added. */
const SCHEMA = 1;

export function toJson({ machine, plan, startedAt }: ReportHead, results: readonly Result[]): string {
  const report = { schema: SCHEMA, startedAt, machine, plan, workloads: results.map(toWorkload) };
  return `${JSON.stringify(report, undefined, 2)}\n`;
}

function toWorkload({ workload, contenders, absent, rounds, judgements, took }: Result): object {
  const { name, title, conditions, metrics } = workload;
  const goals = judgements.map(({ goal: { read: _, ...goal }, values, summary, verdict }) => ({ ...goal, values, ...summary, verdict }));
  return { name, title, conditions, metrics, contenders, absent, rounds, goals, seconds: Math.round(took) };
}
