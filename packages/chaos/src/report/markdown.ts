import type { ArmResult, ScenarioResult } from '../run/result.js';
import { HEADINGS, PROMISE, type Row, summary, toRows, whatBecame, whole } from './figures.js';
import { type ReportHead, replayOf } from './report-head.js';

export function toMarkdown(head: ReportHead, results: readonly ScenarioResult[]): string {
  const columns = Object.keys(HEADINGS) as (keyof Row)[];
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rows = toRows(results).map((row) => line(columns.map((column) => row[column])));
  return [
    '# Faults under load',
    '',
    `**${summary(results)}** ${whatBecame(results)}`,
    '',
    PROMISE,
    '',
    `${Math.round(head.took)} s on ${head.machine}. Again: \`npm run chaos -- ${replayOf(head)}\`.`,
    '',
    line(columns.map((column) => HEADINGS[column].replaceAll('\u00ad', ''))),
    line(columns.map(() => '---')),
    ...rows,
    ...results.flatMap(describeScenario),
    '',
  ].join('\n');
}

function describeScenario({ scenario, seed, verdict, reasons, arms }: ScenarioResult): string[] {
  return [
    '',
    `## ${scenario.name}, seed ${seed}: ${verdict}`,
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
