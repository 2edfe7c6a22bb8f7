import type { Comparison } from '../comparison/compare.js';
import { NAMES } from '../comparison/contender.js';
import type { Outcome } from '../comparison/outcome.js';
import { judge, outcomeOf } from '../comparison/verdict.js';

const TITLES = ['Load', 'Scaler', 'Set to', 'Late jobs', 'Late job-seconds', 'p50', 'p99', 'Worker-minutes', 'Changes', 'Goal'];
const NUMBERS = new Set(TITLES.slice(3, 9));

/** The loads in one table: ours, each rival as set by the book, for our price and for the fewest late jobs, and what nobody can prevent. */
export function toMarkdown(comparisons: readonly Comparison[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    '# Simulated scaling',
    '',
    ...comparisons.slice(0, 1).flatMap(describeSetup),
    line(TITLES),
    line(TITLES.map((title) => (NUMBERS.has(title) ? '---:' : '---'))),
    ...comparisons.flatMap(rowsOf).map(line),
    '',
    ...comparisons.flatMap(({ load }) => [
      `**${load.name}**: ${load.description}`,
      '',
      `![${load.name}](${encodeURIComponent(load.name)}.svg)`,
      '',
    ]),
  ].join('\n');
}

function describeSetup({ policy, model, seeds }: Comparison): string[] {
  const { slots, service, coldStart, metricLag } = model;
  return [
    `${policy.min} to ${policy.max} workers of ${slots} slots that start in ${seconds(coldStart)}; jobs of ${service.meanSeconds} s ` +
      `(log-normal, variation ${service.variation}), to be picked up within ${seconds(policy.pickUpTarget)}; every scaler sees the load ` +
      `${seconds(metricLag)} late. Seeds ${seeds.join(', ')}, the same jobs for all.`,
    '',
    'A goal is met with at most half of the late jobs, and of their seconds, at no more worker-minutes. Each rival stands there with the ' +
      'target that its documentation says (by the book), with the best one that costs no more than ours (at our price), and with the one ' +
      'that has the fewest late jobs whatever it costs (most punctual). The last line has as many workers as there may be all the time.',
    '',
  ];
}

function rowsOf({ load, outcomes }: Comparison): string[][] {
  const rivals = (['hpa', 'keda'] as const).flatMap((kind) =>
    judge(outcomes, kind).map(({ choice, rival, isWon }) => {
      const goal = isWon ? 'met' : 'missed';
      return rival ? rowOf(rival, `${choice}: ${rival.setting}`, goal) : noneOf(kind, choice, goal);
    }),
  );
  const rows = [rowOf(outcomeOf(outcomes, 'dts'), '', ''), ...rivals, rowOf(outcomeOf(outcomes, 'max'), '', '')];
  return rows.map((row, index) => [index === 0 ? load.name : '', ...row]);
}

function noneOf(kind: 'hpa' | 'keda', choice: string, goal: string): string[] {
  return [NAMES[kind], `${choice}: none`, '', '', '', '', '', '', goal];
}

function rowOf(outcome: Outcome, setting: string, goal: string): string[] {
  const { kind, jobs, late, lateSeconds, p50Ms, p99Ms, workerMinutes, changes } = outcome;
  return [
    NAMES[kind],
    setting,
    `${whole(late)} (${percent(late, jobs)})`,
    whole(lateSeconds),
    seconds(p50Ms),
    seconds(p99Ms),
    whole(workerMinutes),
    whole(changes),
    goal,
  ];
}

function seconds(ms: number): string {
  return `${Number((ms / 1_000).toFixed(1))} s`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function percent(part: number, all: number): string {
  return `${((100 * part) / Math.max(1, all)).toFixed(1)} %`;
}
