import type { AuditEntry, AuditFilter } from '@dts/client';
import { type Command, Option } from 'commander';
import { addExamples } from '../help.js';
import { showList, take } from '../output/list.js';
import { toJson } from '../output/printable.js';
import type { Column } from '../output/table.js';
import { formatRelative, parsePast } from '../values/instant.js';
import { allOption, type LimitOptions, limitOf, limitOption, pageSize } from './options.js';
import type { Run } from './run.js';

type Options = LimitOptions & AuditFilter;

export function addAudit(parent: Command, run: Run): void {
  const command = parent
    .command('audit')
    .summary('shows what operators changed')
    .description('Shows what operators changed: who, what, when, and how it ended.')
    .addOption(new Option('--key <id>', 'by the API key of this id'))
    .addOption(new Option('--action <action>', 'such as queue.pause or dead-letters.redrive'))
    .addOption(new Option('--target <name>', 'of this queue, job, schedule or operation'))
    .addOption(new Option('--tenant <tenant>', "by this tenant's keys"))
    .addOption(new Option('--since <time>', 'RFC 3339, or how long ago').argParser((text) => parsePast(text)))
    .addOption(limitOption())
    .addOption(allOption())
    .action(
      run(async ({ client, call, printer }, { limit, all, ...filter }: Options) => {
        const count = limitOf({ limit, all });
        const entries = client.audit.list(filter, { ...call, limit: pageSize(count) });
        showList(printer, await take(entries, count), columns(Date.now()), 'Nothing is logged.');
      }),
    );
  addExamples(command, 'dts audit', 'dts audit --since 2h --action queue.pause', 'dts audit --key ops-1 --all --json');
}

function columns(now: number): readonly Column<AuditEntry>[] {
  return [
    { title: 'WHEN', value: ({ at }) => formatRelative(at, now) },
    { title: 'KEY', value: ({ keyId }) => keyId },
    { title: 'TENANT', value: ({ tenant }) => tenant },
    { title: 'ACTION', value: ({ action }) => action },
    { title: 'TARGET', value: ({ target }) => target, flexible: true },
    { title: 'OUTCOME', value: ({ outcome }) => outcome },
    { title: 'DETAILS', value: ({ details }) => toJson(details) },
  ];
}
