import type { ScalerDecision } from '@dts/client';
import { type Command, Option } from 'commander';
import { addExamples } from '../../help.js';
import { showList, take } from '../../output/list.js';
import { decisionColumns, isChange } from '../../views/scaler.view.js';
import { allOption, type LimitOptions, limitOf, limitOption, pageSize } from '../options.js';
import type { Run } from '../run.js';

interface Options extends LimitOptions {
  readonly pool?: string;
  readonly changes?: boolean;
}

export function addDecisions(parent: Command, run: Run): void {
  const command = parent
    .command('decisions')
    .description('Lists what the scaler decided, the newest first; with --json each step and what was known of the load.')
    .addOption(new Option('--pool <pool>', 'on this pool'))
    .addOption(new Option('--changes', 'only those that wanted another number of workers'))
    .addOption(limitOption())
    .addOption(allOption())
    .action(
      run(async ({ scaler, call, printer }, { limit, all, pool, changes }: Options) => {
        const count = limitOf({ limit, all });
        const decisions = scaler.decisions({ pool }, { ...call, limit: changes ? 100 : pageSize(count) });
        const shown = await take(changes ? onlyChanges(decisions) : decisions, count);
        showList(printer, shown, decisionColumns(Date.now()), 'Nothing was decided.');
      }),
    );
  addExamples(command, 'dts scaler decisions', 'dts scaler decisions --pool io --changes', 'dts scaler decisions --limit 1 --json');
}

async function* onlyChanges(decisions: AsyncIterable<ScalerDecision>): AsyncGenerator<ScalerDecision, void, void> {
  for await (const decision of decisions) if (isChange(decision)) yield decision;
}
