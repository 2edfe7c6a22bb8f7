import { resolve } from 'node:path';
import { type BuiltFiles, provideBuilt } from './built-files.js';

const ACTIONLINT = {
  title: 'actionlint',
  module: resolve(import.meta.dirname, '../../actionlint'),
  packages: { actionlint: 'github.com/rhysd/actionlint/cmd/actionlint' },
  sources: {},
} as const;

/** Builds what checks GitHub's workflows, where it is missing, once a machine and version: seconds. @throws Error as `provideBuilt` */
export function provideActionlint(report: (line: string) => void): Promise<BuiltFiles<typeof ACTIONLINT>> {
  return provideBuilt(ACTIONLINT, report);
}
