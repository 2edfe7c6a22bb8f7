import type { Command } from 'commander';
import { addExamples } from '../../help.js';
import type { Run } from '../run.js';
import { addPurge, addRedrive } from './change.js';
import { addLs } from './ls.js';

export function addDeadLetters(parent: Command, run: Run): void {
  const group = parent
    .command('dead-letters')
    .helpCommand(false)
    .summary('decides about jobs that failed for good')
    .alias('dl')
    .description('Decides about jobs that ended without success: look, redrive, purge.');
  addLs(group, run);
  addRedrive(group, run);
  addPurge(group, run);
  addExamples(group, 'dts dead-letters ls --since 1d', 'dts dead-letters redrive --queue io --dry-run');
}
