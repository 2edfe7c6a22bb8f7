/** The auditor as a program of its own: any Redis, any ledger. It only reads. */
import { Command } from 'commander';
import { readExecutions } from '../executions/read-executions.js';
import { readLedger } from '../ledger/read-ledger.js';
import { auditRedis } from './audit-redis.js';

interface Options {
  readonly redis: string;
  readonly prefix: string;
  readonly ledger: string;
  readonly executions?: string;
  readonly lock: string;
  readonly complete?: true;
}

const {
  redis,
  prefix,
  ledger,
  executions,
  lock,
  complete = false,
} = new Command('audit')
  .description('Compares a ledger of acknowledged jobs with what Redis holds. Ends with 1 when it finds anything wrong.')
  .requiredOption('--ledger <file>', 'a line of JSON for each answer, such as {"kind":"acknowledged","at":0,"key":"…","id":"…"}')
  .option('--executions <file>', 'a line of JSON for each start and end of a run; needed where finished jobs are no longer kept')
  .option('--complete', 'the ledger has every submission, so a job which it does not know is a finding; else it is a sample')
  .option('--redis <url>', 'the Redis to look at, as in REDIS_URL', 'redis://127.0.0.1:6379')
  .option('--prefix <prefix>', 'the key prefix of the queues', 'dts')
  .option('--lock <ms>', "milliseconds of the workers' locks", '15000')
  .parse()
  .opts<Options>();

try {
  const contents = await readLedger(ledger);
  if (contents.acknowledged.size + contents.schedules.size === 0)
    throw new Error(`${ledger} has no acknowledgement: there is nothing to audit`);
  if (!(Number(lock) > 0)) throw new Error(`--lock ${lock} is no number of milliseconds`);
  const { counts, findings } = await auditRedis({
    url: redis,
    prefix,
    lockMs: Number(lock),
    isComplete: complete,
    ledger: contents,
    ...(executions !== undefined && { executions: await readExecutions(executions) }),
  });
  for (const [name, count] of Object.entries(counts)) console.log(`${name.padEnd(14)} ${count}`);
  for (const { kind, id, detail } of findings) console.log(`${kind}: ${id}: ${detail}`);
  process.exitCode = findings.length > 0 ? 1 : 0;
} catch (error) {
  console.error(`audit: ${(error as Error).message}`);
  process.exitCode = 2;
}
