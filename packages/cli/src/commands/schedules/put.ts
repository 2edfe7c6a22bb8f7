import type { ScheduleInput } from '@dts/client';
import { type Command, Option } from 'commander';
import { UsageError } from '../../failure/usage-error.js';
import { addExamples } from '../../help.js';
import { readPayload } from '../../payload/read-payload.js';
import { parseJson, readFileOrInput } from '../../payload/read-text.js';
import type { Session } from '../../process/session.js';
import { parseDuration } from '../../values/duration.js';
import { parseFuture } from '../../values/instant.js';
import { integer } from '../../values/number.js';
import { scheduleDetails } from '../../views/schedule.view.js';
import { addJobOptions, type JobFlags, toJobOptions } from '../jobs/job-options.js';
import type { Run } from '../run.js';
import { tenantOption, type Whose } from './whose.js';

interface Options
  extends JobFlags,
    Partial<Pick<ScheduleInput, 'cron' | 'timezone' | 'every' | 'overlap' | 'limit' | 'jitter' | 'paused'>> {
  readonly file?: string;
  readonly job?: string;
  readonly payload?: string;
  readonly startAt?: string;
  readonly endAt?: string;
}

export function addPut(group: Command, run: Run): void {
  const command = group
    .command('put')
    .description('Creates a schedule, or replaces it.')
    .argument('<schedule>', 'its id')
    .argument('[key=value...]', "fields of the job's payload")
    .addOption(new Option('--file <path>', 'the whole schedule as JSON, as the API takes it; - for standard input'))
    .addOption(new Option('--cron <pattern>', 'five fields, or six with seconds first').conflicts('every'))
    .addOption(new Option('--timezone <zone>', 'of the pattern; UTC unless given'))
    .addOption(new Option('--every <duration>', 'instead of a pattern').argParser(parseDuration))
    .addOption(new Option('--job <job-type>', 'what each run submits'))
    .addOption(new Option('--payload <json>', "its payload: '{...}', @file, or - for standard input"))
    .addOption(new Option('--overlap <policy>', 'while the run before has not finished').choices(['skip', 'allow', 'cancel-previous']))
    .addOption(new Option('--start-at <time>', 'no run before: RFC 3339, or how long from now').argParser((text) => parseFuture(text)))
    .addOption(new Option('--end-at <time>', 'no run after').argParser((text) => parseFuture(text)))
    .addOption(new Option('--limit <n>', 'runs in all').argParser(integer(1)))
    .addOption(new Option('--jitter <duration>', 'by which a run may be late').argParser(parseDuration))
    .addOption(new Option('--paused', 'without starting runs yet'))
    .addOption(tenantOption());
  addJobOptions(command).action(
    run(async (session, id: string, pairs: string[], options: Options & Whose) => {
      const { client, call, printer } = session;
      const { tenant, ...given } = options;
      const schedule = await client.schedules.put(id, await readSchedule(session, pairs, given), { ...call, tenant });
      printer.document(schedule, () => scheduleDetails(schedule, printer.paint));
    }),
  );
  addExamples(
    command,
    'dts schedules put nightly --cron "30 2 * * *" --timezone Europe/Berlin --job http.request url=https://billing.internal/close',
    'dts schedules put ping --every 30s --overlap skip --job http.request url=https://billing.internal/healthz method=GET',
    'dts schedules put nightly --file schedule.json --json',
  );
}

/** What fits is the gateway's to say; here only that there is something to send. */
async function readSchedule(session: Session, pairs: readonly string[], { file, ...options }: Options): Promise<ScheduleInput> {
  if (file !== undefined && pairs.length + Object.keys(options).length > 0)
    throw new UsageError('A file is the whole schedule: write the rest into it.');
  if (file !== undefined) return parseJson(await readFileOrInput(file, session.world), 'The schedule') as ScheduleInput;
  const { job, payload, cron, timezone, every, overlap, startAt, endAt, limit, jitter, paused } = options;
  if (job === undefined) throw new UsageError('Say what each run submits: --job http.request url=..., or --file.');
  const spec = { name: job, payload: await readPayload(session, job, { payload, pairs }), ...toJobOptions(options) };
  return { cron, timezone, every, overlap, startAt, endAt, limit, jitter, paused, job: spec } as ScheduleInput;
}
