import type { JobType } from '@dts/client';
import type { Command } from 'commander';
import { addExamples } from '../../help.js';
import { details, section } from '../../output/details.js';
import type { Canvas } from '../../output/palette.js';
import { printable, toJson } from '../../output/printable.js';
import { type Column, table } from '../../output/table.js';
import { type JsonSchema, resolveRef, typesOf } from '../../payload/json-schema.js';
import { findJobType } from '../../payload/read-payload.js';
import { formatDuration } from '../../values/duration.js';
import type { Run } from '../run.js';

const COLUMNS: readonly Column<JobType>[] = [
  { title: 'NAME', value: ({ name }) => name },
  { title: 'QUEUE', value: ({ queue }) => queue },
  { title: 'ATTEMPTS', value: ({ attempts }) => String(attempts), align: 'right' },
  { title: 'TIMEOUT', value: ({ timeout }) => formatDuration(timeout), align: 'right' },
  { title: 'WHAT IT DOES', value: ({ description }) => description },
];

export function addJobTypes(parent: Command, run: Run): void {
  const command = parent
    .command('job-types')
    .summary('lists what can be submitted')
    .description('Lists what can be submitted, or shows one with the fields of its payload.')
    .argument('[job-type]', 'its name')
    .action(
      run(async (session, name: string | undefined) => {
        const { client, call, printer } = session;
        if (name !== undefined) {
          const type = await findJobType(session, name);
          return printer.document(type, () => typeDetails(type, printer));
        }
        const types = await client.jobTypes(call);
        printer.document({ items: types }, () => table(types, COLUMNS, printer));
      }),
    );
  addExamples(command, 'dts job-types', 'dts job-types http.request', 'dts job-types email.send --json');
}

interface Field {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly isRequired: boolean;
}

function typeDetails(type: JobType, canvas: Canvas): string {
  const root = type.payloadSchema as JsonSchema;
  const fields = Object.entries(root.properties ?? {}).map(([name, schema]) => ({
    name,
    schema: resolveRef(schema, root),
    isRequired: root.required?.includes(name) === true,
  }));
  const head = details(
    [
      ['Name', printable(type.name)],
      ['Queue', printable(type.queue)],
      ['Attempts', `${type.attempts}, ${type.backoff.type} backoff of ${formatDuration(type.backoff.delay)}`],
      ['Timeout', formatDuration(type.timeout)],
    ],
    canvas.paint,
  );
  return [
    `${printable(type.description)}\n`,
    head,
    section('Payload', table(fields, fieldColumns(root), { ...canvas, columns: canvas.columns - 2 }), canvas.paint),
    section('Example', toJson(type.example, 2), canvas.paint),
  ].join('\n');
}

function fieldColumns(root: JsonSchema): readonly Column<Field>[] {
  return [
    { title: 'FIELD', value: ({ name }) => name },
    { title: 'TYPE', value: ({ schema }) => schema.enum?.join(' | ') ?? (typesOf(schema, root).join(' | ') || 'any'), flexible: true },
    { title: 'NEEDED', value: ({ isRequired, schema }) => (isRequired && schema.default === undefined ? 'yes' : '') },
    { title: 'DEFAULT', value: ({ schema }) => (schema.default === undefined ? '' : toJson(schema.default)) },
    { title: 'WHAT IT IS', value: ({ schema }) => schema.description ?? '' },
  ];
}
