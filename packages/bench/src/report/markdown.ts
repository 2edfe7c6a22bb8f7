import { figureRows, goalRows, type Rows } from '../table.js';
import type { ReportHead } from './report-head.js';
import type { Result } from './result.js';

export function toMarkdown({ machine, plan, startedAt }: ReportHead, results: readonly Result[]): string {
  const { processors, memory, system, node, redis, commit } = machine;
  return [
    '# Measured side by side',
    '',
    `${startedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC, ${plan.name} run; ${processors}, ${memory}; ${system}; Node ${node}, Redis ${redis}; commit ${commit}.`,
    'Contenders in turns; medians of the rounds, quartiles in brackets. A ratio is taken within each round.',
    '',
    table(goalRows(results.flatMap(({ judgements }) => judgements))),
    '',
    '![Each figure beside what it must be.](goals.svg)',
    ...results.flatMap(describe),
    '',
  ].join('\n');
}

function describe({ workload, contenders, absent, rounds, took }: Result): string[] {
  const names = contenders.map(({ name }) => name);
  return [
    '',
    `## ${workload.title}`,
    '',
    `\`npm run bench -- --only ${workload.name}\`, ${rounds.length} rounds, ${Math.round(took)} s`,
    '',
    ...workload.conditions.map((condition) => `- ${condition}`),
    ...contenders.map(({ name, does }) => `- ${name}: ${does}`),
    ...absent.map(({ name, why }) => `- ${name} is absent: ${why}`),
    '',
    table(figureRows(workload.metrics, names, rounds)),
    '',
    `![${workload.metrics[0]?.title}](${workload.name}.svg)`,
  ];
}

function table([head = [], ...rows]: Rows): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
