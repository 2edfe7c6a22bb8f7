import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Comparison, drawComparison, toMarkdown } from '@dts/scaling/simulate';
import { UsageError } from '../failure/usage-error.js';
import type { World } from '../process/world.js';
import { toDocument } from './document.js';

/** Writes `report.md`, `report.json` and a picture of each load. @returns the folder @throws UsageError */
export function writeReport(folder: string, comparisons: readonly Comparison[], { cwd }: Pick<World, 'cwd'>): string {
  const path = resolve(cwd, folder);
  try {
    mkdirSync(path, { recursive: true });
    for (const comparison of comparisons) writeFileSync(join(path, `${comparison.load.name}.svg`), drawComparison(comparison));
    writeFileSync(join(path, 'report.md'), toMarkdown(comparisons));
    writeFileSync(join(path, 'report.json'), `${JSON.stringify(toDocument(comparisons, 'with moments'), null, 1)}\n`);
  } catch (error) {
    throw new UsageError(`The report can't be written to ${path}: ${(error as NodeJS.ErrnoException).code}.`);
  }
  return path;
}
