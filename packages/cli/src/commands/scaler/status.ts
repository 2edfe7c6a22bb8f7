import type { ScalerStatus } from '@dts/client';
import type { Command } from 'commander';
import { UsageError } from '../../failure/usage-error.js';
import { addExamples } from '../../help.js';
import { statusView } from '../../views/scaler.view.js';
import type { Run } from '../run.js';

export function addStatus(parent: Command, run: Run): void {
  const command = parent
    .command('status')
    .description('Shows each pool: its load, its workers, and the last decision with the steps that led to it.')
    .argument('[pool]', 'this one only')
    .action(
      run(async ({ scaler, call, printer }, pool: string | undefined) => {
        const status = onlyOf(await scaler.status(call), pool);
        printer.document(status, () => statusView(status, printer, Date.now()));
      }),
    );
  addExamples(command, 'dts scaler status', 'dts scaler status io', 'dts scaler status --json');
}

function onlyOf(status: ScalerStatus, pool: string | undefined): ScalerStatus {
  if (pool === undefined) return status;
  const items = status.items.filter((item) => item.pool === pool);
  if (items.length > 0) return { ...status, items };
  const known = status.items.map((item) => item.pool).join(', ') || 'none';
  throw new UsageError(`There is no pool ${pool}; there are: ${known}.`, 3);
}
