import type { Flow, FlowInput } from '@dts/client';
import { type Command, Option } from 'commander';
import { EXIT, type ExitCode } from '../../failure/exit-code.js';
import { addExamples } from '../../help.js';
import { parseJson, readFileOrInput } from '../../payload/read-text.js';
import type { Session } from '../../process/session.js';
import { flowDetails } from '../../views/flow.view.js';
import { waitTimeoutOption } from '../jobs/wait.js';
import { keyOption } from '../options.js';
import type { Run } from '../run.js';
import { addLs } from './ls.js';

interface Options {
  readonly idempotencyKey?: string;
  readonly wait?: boolean;
  readonly waitTimeout: number;
}

export function addFlows(parent: Command, run: Run): void {
  const group = parent
    .command('flows')
    .helpCommand(false)
    .summary('submits trees of jobs')
    .description('Submits trees of jobs, children first, lists and shows them.');
  addSubmit(group, run);
  addLs(group, run);
  addVerb(group, run, 'get', 'Shows a flow as a tree with the state of every job.', ({ client, call }, id) => client.flows.get(id, call));
  addVerb(group, run, 'cancel', 'Cancels every job of a flow that has not finished.', ({ client, call }, id) =>
    client.flows.cancel(id, call),
  );
  addExamples(group, 'dts flows submit flow.json', 'dts flows ls --state running', 'dts flows get io_0198a2');
}

function addSubmit(group: Command, run: Run): void {
  const command = group
    .command('submit')
    .description('Submits a flow: all of it, or nothing.')
    .argument('<file>', 'JSON: a job with children, which may have children of their own; - for standard input')
    .addOption(keyOption('submissions with the same key make one flow, for 24 hours'))
    .addOption(new Option('-w, --wait', 'wait for its end; 1 unless it completed'))
    .addOption(waitTimeoutOption())
    .action(run(submit));
  addExamples(
    command,
    'dts flows submit flow.json',
    'dts flows submit flow.json --idempotency-key close-2026-11 --wait',
    'dts flows submit - --json',
  );
}

async function submit(session: Session, file: string, { idempotencyKey, wait, waitTimeout }: Options): Promise<ExitCode | undefined> {
  const { client, call } = session;
  const input = parseJson(await readFileOrInput(file, session.world), 'The flow') as FlowInput;
  const flow = await client.flows.submit(input, { ...call, idempotencyKey });
  if (!wait) return show(session, flow);
  await client.waitFor(flow.id, { ...call, timeoutMs: waitTimeout });
  const ended = await client.flows.get(flow.id, call);
  show(session, ended);
  return ended.state === 'completed' ? EXIT.ok : EXIT.unsuccessful;
}

function addVerb(group: Command, run: Run, verb: string, description: string, ask: (session: Session, id: string) => Promise<Flow>): void {
  const command = group
    .command(verb)
    .description(description)
    .argument('<id>', 'the flow')
    .action(run(async (session, id: string) => show(session, await ask(session, id))));
  addExamples(command, `dts flows ${verb} io_0198a2`, `dts flows ${verb} io_0198a2 --json`);
}

function show({ printer }: Session, flow: Flow): undefined {
  printer.document(flow, () => flowDetails(flow, printer));
}
