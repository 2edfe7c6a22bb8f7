import type { TenantLimits } from '@dts/client';
import { type Command, Option } from 'commander';
import { UsageError } from '../../failure/usage-error.js';
import { addExamples } from '../../help.js';
import { details } from '../../output/details.js';
import type { Palette } from '../../output/palette.js';
import { printable } from '../../output/printable.js';
import type { Session } from '../../process/session.js';
import { collectPerQueue, formatRateLimit, type None, parseConcurrency, parseRate, type Rate } from '../../values/limits.js';
import { integer } from '../../values/number.js';
import type { Run } from '../run.js';

type PerQueue<Value> = Readonly<Record<string, Value | None>>;

interface Options {
  readonly weight?: number;
  readonly concurrency?: PerQueue<number>;
  readonly rate?: PerQueue<Rate>;
}

export function addTenants(parent: Command, run: Run): void {
  const group = parent
    .command('tenants')
    .helpCommand(false)
    .summary('limits tenants')
    .description('Sets how much one tenant may have of what all share.');
  const limits = group.command('limits').helpCommand(false).description("Shows, sets or clears a tenant's limits.");
  const get = limits
    .command('get')
    .description('Shows the limits in force.')
    .argument('<tenant>', 'its name')
    .action(run(async (session, tenant: string) => show(session, tenant, await session.client.tenants.limits(tenant, session.call))));
  const clear = limits
    .command('clear')
    .description('Lets a tenant have what it had before anything was set.')
    .argument('<tenant>', 'its name')
    .action(
      run(async (session, tenant: string) => {
        await session.client.tenants.clearLimits(tenant, session.call);
        show(session, tenant, await session.client.tenants.limits(tenant, session.call));
      }),
    );
  addSet(limits, run);
  addExamples(get, 'dts tenants limits get acme', 'dts tenants limits get acme --json');
  addExamples(clear, 'dts tenants limits clear acme');
  addExamples(limits, 'dts tenants limits get acme', 'dts tenants limits set acme --weight 5');
  addExamples(group, 'dts tenants limits get acme', 'dts tenants limits clear acme');
}

function addSet(limits: Command, run: Run): void {
  const command = limits
    .command('set')
    .description('Changes limits; what is not given stays as it is.')
    .argument('<tenant>', 'its name')
    .addOption(new Option('--weight <n>', 'its share beside others, 1 to 100').argParser(integer(1, 100)))
    .addOption(
      new Option('--concurrency <queue=n>', 'jobs at once in a queue, or queue=none; may come several times').argParser(
        collectPerQueue(parseConcurrency),
      ),
    )
    .addOption(
      new Option('--rate <queue=rate>', 'starts in a queue, such as io=100/s, or queue=none; may come several times').argParser(
        collectPerQueue(parseRate),
      ),
    )
    .action(run(set));
  addExamples(
    command,
    'dts tenants limits set acme --weight 5',
    'dts tenants limits set acme --concurrency io=50 --concurrency cpu=2 --rate io=100/s',
  );
}

async function set(session: Session, tenant: string, { weight, concurrency, rate }: Options): Promise<undefined> {
  const { client, call } = session;
  if (weight === undefined && !concurrency && !rate) throw new UsageError('Say what to set: --weight, --concurrency or --rate.');
  const now = await client.tenants.limits(tenant, call);
  const changed = {
    weight: weight ?? now.weight,
    concurrency: merge(now.concurrency, concurrency),
    rate: merge(now.rate, rate),
  };
  show(session, tenant, await client.tenants.setLimits(tenant, changed, call));
}

function merge<Value>(now: Readonly<Record<string, Value | undefined>> | null, given: PerQueue<Value> = {}): Record<string, Value> | null {
  const entries = Object.entries({ ...now, ...given }).filter(
    (entry): entry is [string, Value] => entry[1] !== 'none' && entry[1] !== undefined,
  );
  return entries.length > 0 ? Object.fromEntries(entries) : null;
}

function show({ printer }: Session, tenant: string, limits: TenantLimits): undefined {
  printer.document(limits, () => limitDetails(tenant, limits, printer.paint));
}

function limitDetails(tenant: string, { weight, concurrency, rate }: TenantLimits, paint: Palette): string {
  const perQueue = <Value>(of: Readonly<Record<string, Value>> | null, format: (value: Value) => string) =>
    Object.entries(of ?? {})
      .map(([queue, value]) => `${printable(queue)} ${format(value)}`)
      .join(', ') || 'none';
  return details(
    [
      ['Tenant', printable(tenant)],
      ['Weight', String(weight)],
      ['Concurrency', perQueue(concurrency, String)],
      ['Rate', perQueue(rate, formatRateLimit)],
    ],
    paint,
  );
}
