import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawFigures } from './figures.js';
import { drawGoals } from './goals.js';
import { toJson } from './json.js';
import { toMarkdown } from './markdown.js';
import type { ReportHead } from './report-head.js';
import type { Result } from './result.js';

/** Writes `report.json`, `report.md`, `goals.svg` and an SVG of each workload. */
export async function writeReport(out: string, head: ReportHead, results: readonly Result[]): Promise<void> {
  await mkdir(out, { recursive: true });
  const files = [
    ['report.json', toJson(head, results)],
    ['report.md', toMarkdown(head, results)],
    ['goals.svg', drawGoals(results.flatMap(({ judgements }) => judgements))],
    ...results.map((result) => [`${result.workload.name}.svg`, drawFigures(result)] as const),
  ] as const;
  await Promise.all(files.map(([name, text]) => writeFile(join(out, name), text)));
}
