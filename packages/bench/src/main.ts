/** `npm run bench`: the product beside its peers, in turns, and what came of it as a report. */
import { measure } from './measure.js';
import { type Options, parseOptions } from './options.js';
import { describeMachine } from './report/machine.js';
import type { Result } from './report/result.js';
import { writeReport } from './report/write-report.js';
import { alignColumns, goalRows } from './table.js';
import type { Workload } from './workload.js';
import { WORKLOADS } from './workloads/registry.js';

const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort(new Error('Stopped.')));

async function bench({ plan, workloads, out }: Options): Promise<number> {
  const machine = await describeMachine();
  console.log(
    `${machine.processors}, ${machine.memory}; ${machine.system}; Node ${machine.node}, Redis ${machine.redis}; commit ${machine.commit}`,
  );
  const head = { machine, plan, startedAt: new Date() };
  const results: Result[] = [];
  for (const workload of workloads) {
    results.push(await measure(workload, plan, stopping.signal, console.log));
    // After each, so that what was measured is there should the rest fail.
    await writeReport(out, head, results);
  }
  const judgements = results.flatMap((result) => result.judgements);
  console.log(`\n${alignColumns(goalRows(judgements))}\n\nreport: ${out}/report.md, report.json, *.svg`);
  return judgements.some(({ verdict }) => verdict === 'far') ? 1 : 0;
}

function list(workloads: readonly Workload[]): number {
  const width = Math.max(...workloads.map(({ name }) => name.length));
  for (const { name, title, isLong } of workloads) console.log(`${name.padEnd(width)}  ${isLong ? 'full ' : 'quick'}  ${title}`);
  return 0;
}

/** Where ending the processes failed as well, why it came to that is told first. */
function messageOf(error: unknown): string {
  if (error instanceof SuppressedError) return `${messageOf(error.suppressed)}\n${messageOf(error.error)}`;
  return error instanceof Error ? error.message : String(error);
}

try {
  const options = parseOptions(process.argv.slice(2), WORKLOADS);
  process.exitCode = options.list ? list(WORKLOADS) : await bench(options);
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
