import type { DeadLetterFilter, DeadLetterPreview, Operation, RedriveRequest } from '@dts/client';
import { type Command, Option } from 'commander';
import { EXIT, type ExitCode } from '../../failure/exit-code.js';
import { addExamples } from '../../help.js';
import { table } from '../../output/table.js';
import { confirm } from '../../process/confirm.js';
import type { Session } from '../../process/session.js';
import { formatCount, integer, positive } from '../../values/number.js';
import { deadLetterColumns } from '../../views/dead-letter.view.js';
import { operationDetails } from '../../views/operation.view.js';
import { follow } from '../operations/follow.js';
import { keyOption } from '../options.js';
import type { Run } from '../run.js';
import { addFilterOptions, toFilter } from './filter.js';

interface Options extends DeadLetterFilter {
  readonly limit?: number;
  readonly rate?: number;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly detach?: boolean;
  readonly idempotencyKey?: string;
}

interface Kind {
  readonly verb: string;
  readonly preview: (session: Session, request: RedriveRequest) => Promise<DeadLetterPreview>;
  readonly start: (session: Session, request: RedriveRequest, idempotencyKey: string | undefined) => Promise<Operation>;
}

const REDRIVE: Kind = {
  verb: 'redrive',
  preview: ({ client, call }, request) => client.deadLetters.previewRedrive(request, call),
  start: ({ client, call }, request, idempotencyKey) => client.deadLetters.redrive(request, { ...call, idempotencyKey }),
};

const PURGE: Kind = {
  verb: 'purge',
  preview: ({ client, call }, request) => client.deadLetters.previewPurge(request, call),
  start: ({ client, call }, request, idempotencyKey) => client.deadLetters.purge(request, { ...call, idempotencyKey }),
};

export function addRedrive(group: Command, run: Run): void {
  const command = group
    .command('redrive')
    .description('Lets dead letters run again, with their ids and all their attempts. Shows which, and asks, before it does.');
  addChangeOptions(command)
    .addOption(new Option('--rate <n>', 'so many a second, such as 50 or 0.5').argParser(positive))
    .action(run((session, options: Options) => change(session, options, REDRIVE)));
  addExamples(
    command,
    'dts dead-letters redrive --queue io --since 2h --dry-run',
    'dts dead-letters redrive --reason http-status --rate 50 --yes',
  );
}

export function addPurge(group: Command, run: Run): void {
  const command = group.command('purge').description('Removes dead letters for good. Shows which, and asks, before it does.');
  addChangeOptions(command).action(run((session, options: Options) => change(session, options, PURGE)));
  addExamples(command, 'dts dead-letters purge --until 30d --dry-run', 'dts dead-letters purge --name email.send --yes --json');
}

function addChangeOptions(command: Command): Command {
  return addFilterOptions(command)
    .addOption(new Option('--limit <n>', 'so many at most').argParser(integer(1)))
    .addOption(new Option('--dry-run', 'show which, and change nothing'))
    .addOption(new Option('-y, --yes', 'do not ask').conflicts('dryRun'))
    .addOption(new Option('--detach', 'start it, and do not follow it to its end').conflicts('dryRun'))
    .addOption(keyOption('asked for again with the same key, it stays one operation').conflicts('dryRun'));
}

async function change(session: Session, options: Options, kind: Kind): Promise<ExitCode | undefined> {
  const { printer } = session;
  const request = { filter: toFilter(options), limit: options.limit, ratePerSecond: options.rate };
  if (!options.yes) {
    const preview = await kind.preview(session, request);
    if (options.dryRun || isNothing(preview)) return printer.document(preview, () => previewText(preview, session));
    printer.note(previewText(preview, session));
    const agreed = await confirm(session, `${capital(kind.verb)} ${formatMatched(preview)}?`);
    if (!agreed) printer.note('Nothing was changed.');
    if (!agreed) return EXIT.unsuccessful;
  }
  const operation = await kind.start(session, request, options.idempotencyKey);
  if (!options.detach) return follow(session, operation.id);
  return printer.document(operation, () => operationDetails(operation, printer.paint));
}

function isNothing({ matched, complete }: DeadLetterPreview): boolean {
  return matched === 0 && complete;
}

/** There may be too many to look at all of them beforehand. */
function formatMatched({ matched, complete }: DeadLetterPreview): string {
  return complete ? formatCount(matched) : `${formatCount(matched)} or more`;
}

function previewText(preview: DeadLetterPreview, { printer }: Session): string {
  if (isNothing(preview)) return 'No dead letters match.';
  const { matched, sample } = preview;
  const shown = sample.length < matched ? ` These are ${sample.length} of them:` : '';
  const match = matched === 1 && preview.complete ? '1 dead letter matches.' : `${formatMatched(preview)} dead letters match.`;
  return `${match}${shown}\n\n${table(sample, deadLetterColumns(Date.now()), printer)}\n`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
