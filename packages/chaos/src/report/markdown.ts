import type { ArmResult, ScenarioResult } from '../run/result.js';
import { HEADINGS, type Row, summary, toRow, whole } from './figures.js';

export interface ReportHead {
  readonly seed: number;
  readonly profile: string;
  /** Seconds. */
  readonly took: number;
}

export function toMarkdown(head: ReportHead, results: readonly ScenarioResult[]): string {
  const columns = Object.keys(HEADINGS) as (keyof Row)[];
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rows = results.map(toRow).map((row) => line(columns.map((column) => row[column])));
  return [
    '# Faults under load',
    '',
    `Seed ${head.seed}, ${head.profile} matrix, ${Math.round(head.took)} s. ${summary(results)}`,
    '',
    'At least once is the promise: "ran more than once" counts submissions that a crash made run again.',
    '',
    line(columns.map((column) => HEADINGS[column])),
    line(columns.map(() => '---')),
    ...rows,
    ...results.flatMap(describeScenario),
    '',
  ].join('\n');
}

function describeScenario({ scenario, verdict, reasons, arms }: ScenarioResult): string[] {
  return [
    '',
    `## ${scenario.name}: ${verdict}`,
    '',
    `Must hold: ${scenario.holds}.`,
    ...(reasons.length > 0 ? ['', ...reasons.map((reason) => `- **${reason}**`)] : []),
    ...arms.flatMap(describeArm),
  ];
}

function describeArm(result: ArmResult): string[] {
  const { arm, counts, expectations, troubles, marks, seconds } = result;
  const told = Object.entries(troubles).map(([reason, times]) => `${reason} (${whole(times)})`);
  return [
    '',
    `### ${arm}, ${seconds.toFixed(1)} s`,
    '',
    ...Object.entries(counts).map(([name, count]) => `- ${name}: ${whole(count)}`),
    ...expectations.map(({ what, holds, detail }) => `- ${what}: ${holds ? 'yes' : '**no**'} (${detail})`),
    `- answers other than success: ${told.join(', ') || 'none'}`,
    `- faults: ${marks.map(({ at, label }) => `${at.toFixed(2)} s ${label}`).join('; ')}`,
  ];
}
