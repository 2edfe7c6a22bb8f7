import type { Queue, QueueLimits } from '@dts/client';
import { type Command, Option } from 'commander';
import { addExamples } from '../../help.js';
import { take } from '../../output/list.js';
import { table } from '../../output/table.js';
import type { Session } from '../../process/session.js';
import { type None, parseConcurrency, parseRate, type Rate } from '../../values/limits.js';
import { QUEUE_COLUMNS, queueDetails } from '../../views/queue.view.js';
import type { Run } from '../run.js';

/** Which queues there are is the gateway's to say. */
type Name = Queue['name'];

export function addQueues(parent: Command, run: Run): void {
  const group = parent
    .command('queues')
    .helpCommand(false)
    .summary('shows queues, pauses and limits them')
    .description('Shows queues, pauses and limits them.');
  addLs(group, run);
  addVerb(group, run, 'get', 'Shows a queue: counts, rates, percentiles, limits.', ({ client, call }, name) =>
    client.queues.get(name, call),
  );
  addVerb(group, run, 'pause', 'Lets no job of a queue start until it is resumed; those that run go on.', ({ client, call }, name) =>
    client.queues.pause(name, call),
  );
  addVerb(group, run, 'resume', 'Lets the jobs of a paused queue start again.', ({ client, call }, name) =>
    client.queues.resume(name, call),
  );
  addLimits(group, run);
  addExamples(group, 'dts queues ls', 'dts queues pause io', 'dts queues limits io --rate 100/s');
}

function addLs(group: Command, run: Run): void {
  const command = group
    .command('ls')
    .alias('list')
    .description('Lists the queues with what is in them.')
    .action(
      run(async ({ client, call, printer }) => {
        const { items } = await take(client.queues.list(call), Number.POSITIVE_INFINITY);
        printer.document({ items }, () => table(items, QUEUE_COLUMNS, printer));
      }),
    );
  addExamples(command, 'dts queues ls', 'dts queues ls --json');
}

function addVerb(group: Command, run: Run, verb: string, description: string, ask: (session: Session, name: Name) => Promise<Queue>): void {
  const command = group
    .command(verb)
    .description(description)
    .argument('<queue>', 'its name')
    .action(
      run(async (session, name: Name) => {
        show(session, await ask(session, name));
      }),
    );
  addExamples(command, `dts queues ${verb} io`, `dts queues ${verb} io --json`);
}

interface Limits {
  readonly concurrency?: number | None;
  readonly rate?: Rate | None;
}

function addLimits(group: Command, run: Run): void {
  const command = group
    .command('limits')
    .description('Limits a queue over all workers; what is not given stays as it is. Without options: shows the limits.')
    .argument('<queue>', 'its name')
    .addOption(new Option('--concurrency <n>', 'jobs at once, or none').argParser(parseConcurrency))
    .addOption(new Option('--rate <rate>', 'starts, such as 100/s or 5/1m, or none').argParser(parseRate))
    .action(
      run(async (session, name: Name, given: Limits) => {
        const { client, call } = session;
        const queue = await client.queues.get(name, call);
        const isChange = given.concurrency !== undefined || given.rate !== undefined;
        show(session, isChange ? await client.queues.setLimits(name, changed(queue.limits, given), call) : queue);
      }),
    );
  addExamples(command, 'dts queues limits io', 'dts queues limits io --concurrency 50 --rate 100/s', 'dts queues limits io --rate none');
}

function changed(now: QueueLimits, given: Limits): QueueLimits {
  const { concurrency, rate } = { ...now, ...given };
  return { concurrency: concurrency === 'none' ? null : concurrency, rate: rate === 'none' ? null : rate };
}

function show({ printer }: Session, queue: Queue): void {
  printer.document(queue, () => queueDetails(queue, printer));
}
