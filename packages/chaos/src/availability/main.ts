import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { FULL, type Profile } from '../profile.js';
import { Random } from '../random.js';
import { Shim } from '../redis/shim.js';
import { describeMachine } from '../report/machine.js';
import { Stage } from '../stage/stage.js';
import { describeSoak, writeSoakReport } from './report.js';
import { soak } from './soak.js';

/** A fault about every 30 seconds, and time for callers to notice what each of them costs. */
const SOAK: Profile = { ...FULL, perSecond: 50, before: [20_000, 40_000], drainMs: 60_000 };

const program = new Command('soak')
  .description('Measures from outside how available the service is while faults come that chance picks.')
  .option('--minutes <number>', 'how long', parseMinutes, 30)
  .option('--seed <number>', 'replays the choices of an earlier run', Number, Date.now() % 1_000_000)
  .option('--out <folder>', 'where the report goes; a new folder in .data/soak unless given');

const { minutes, seed, out } = program.parse().opts<{ minutes: number; seed: number; out?: string }>();
const dir = resolve(out ?? join('.data/soak', new Date().toISOString().slice(0, 19).replaceAll(':', '-')));
await mkdir(dir, { recursive: true });
console.log(`seed ${seed}; ${minutes} minutes, ${SOAK.perSecond} submissions a second beside the prober; reports in ${dir}`);

let compiled: Shim | undefined;
const shim = async () => {
  compiled ??= await Shim.compile();
  return compiled;
};
const stage = await Stage.set({ arm: 'product', profile: SOAK, shim, dir, seed, random: Random.for(seed, 'soak') });
const interrupted = new Promise<never>((_resolve, reject) => {
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => reject(new Error(`interrupted by ${name}`)));
});
try {
  const measured = await Promise.race([soak(stage, { dir, minutes, report: console.log }), interrupted]);
  const report = { seed, minutes, perSecond: SOAK.perSecond, machine: await describeMachine(), ...measured };
  await writeSoakReport(dir, report);
  console.log(`\n${describeSoak(report)}\n\nreport: ${join(dir, 'availability.html')}, .svg, .json`);
  for (const reason of report.reasons) console.log(`fail: ${reason}`);
  process.exitCode = report.reasons.length > 0 ? 1 : 0;
} finally {
  await stage.leave();
  await compiled?.remove();
}

function parseMinutes(text: string): number {
  const number = Number(text);
  if (!(number > 0 && number <= 24 * 60)) throw new InvalidArgumentError('give minutes, up to a day');
  return number;
}
