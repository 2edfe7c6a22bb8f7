import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScenarioResult } from '../run/result.js';
import { toHtml } from './html.js';
import { toMarkdown } from './markdown.js';
import type { ReportHead } from './report-head.js';

/** Writes `report.md`, `report.html` and `report.json` into the folder. */
export async function writeReports(folder: string, head: ReportHead, results: readonly ScenarioResult[]): Promise<void> {
  await Promise.all([
    writeFile(join(folder, 'report.md'), toMarkdown(head, results)),
    writeFile(join(folder, 'report.html'), toHtml(head, results)),
    writeFile(join(folder, 'report.json'), `${JSON.stringify({ ...head, results }, undefined, 1)}\n`),
  ]);
}
