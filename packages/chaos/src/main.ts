import { mkdir, mkdtemp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { FULL, QUICK } from './profile.js';
import { Shim } from './redis/shim.js';
import { summary } from './report/figures.js';
import { describeMachine } from './report/machine.js';
import { replayOf } from './report/report-head.js';
import { writeReports } from './report/write-reports.js';
import { type PlayOptions, playScenario } from './run/play.js';
import { Progress } from './run/progress.js';
import type { ScenarioResult } from './run/result.js';
import { findScenario, SCENARIOS } from './scenarios/registry.js';
import type { Scenario } from './scenarios/scenario.js';

interface Options {
  readonly full?: true;
  readonly seed: number;
  readonly seeds: number;
  readonly scenario: readonly Scenario[];
  readonly list?: true;
  readonly out?: string;
}

const program = new Command('chaos')
  .description('Injects faults under load into the built apps, and audits that nothing acknowledged was lost.')
  .option('--quick', 'the quick matrix, under 5 minutes (what runs unless --full)')
  .option('--full', 'every scenario, longer and with more load, under 60 minutes')
  .option('--seed <number>', 'replays the choices of an earlier run', parseSeed, Date.now() % 1_000_000)
  .option('--seeds <number>', 'plays everything with so many seeds, one after the other: --seed and those that follow it', parseCount, 1)
  .option('--scenario <name>', 'only this one; may be given several times', collectScenario, [])
  .option('--list', 'the scenarios, and nothing else')
  .option('--out <folder>', 'where ledgers and reports go; a new folder in .data/chaos unless given')
  .addHelpText('after', '\nREDIS_SERVER names the server to put to the test; redis-server on PATH unless given.');

/** Processes, files and mounts of the scenario that plays are taken down before this process ends. */
const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort(new Error(`interrupted by ${name}`)));

const options = program.parse().opts<Options>();
process.exitCode = options.list ? list() : await run(options);
// What was interrupted may be waiting for something, and would go on to start more.
if (interrupted.signal.aborted) process.exit();

function list(): number {
  for (const { name, fault, holds, quick } of SCENARIOS) console.log(`${name.padEnd(22)} ${quick ? 'quick' : 'full '}  ${fault}: ${holds}`);
  return 0;
}

async function run({ full, seed, seeds, scenario, out: given }: Options): Promise<number> {
  const profile = full ? FULL : QUICK;
  const chosen = scenario.length > 0 ? scenario : SCENARIOS.filter(({ quick }) => quick || profile === FULL);
  const out = given === undefined ? await newFolder() : resolve(given);
  await mkdir(out, { recursive: true });
  const plan = Array.from({ length: seeds }, (_, index) => seed + index);
  console.log(`seed ${plan.join(', ')}; ${profile.name}, ${chosen.length} scenarios; ledgers and reports in ${out}`);
  const startedAt = performance.now();
  const results = await playAll(chosen, plan, { profile, out });
  const head = { seeds: plan, profile: profile.name, took: (performance.now() - startedAt) / 1_000, machine: await describeMachine() };
  await writeReports(out, head, results);
  console.log(`\n${summary(results)}\nreport: ${join(out, 'report.html')}, report.md, report.json; replay with ${replayOf(head)}`);
  return interrupted.signal.aborted || results.some(({ verdict }) => verdict === 'fail') ? 1 : 0;
}

async function playAll(scenarios: readonly Scenario[], seeds: readonly number[], options: Pick<PlayOptions, 'profile' | 'out'>) {
  let compiling: Promise<Shim> | undefined;
  const shim = () => {
    compiling ??= Shim.compile();
    return compiling;
  };
  const rounds = seeds.flatMap((seed) => scenarios.map((scenario) => ({ seed, scenario })));
  const progress = new Progress(rounds.length);
  const results: ScenarioResult[] = [];
  try {
    for (const { seed, scenario } of rounds) {
      console.log(`\n${progress.next()} ${scenario.name}${seeds.length > 1 ? `, seed ${seed}` : ''}: ${scenario.fault}`);
      const out = join(options.out, `seed-${seed}`);
      const result = await playScenario(scenario, { ...options, out, seed, shim, report: console.log, signal: interrupted.signal });
      console.log(`  ${result.verdict}${result.reasons.map((reason) => `\n    ${reason}`).join('')}`);
      results.push(result);
    }
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    console.error(`  ${(error as Error).message}`);
  } finally {
    await (await compiling?.catch(() => undefined))?.remove();
  }
  return results;
}

async function newFolder(): Promise<string> {
  const root = resolve('.data/chaos');
  await mkdir(root, { recursive: true });
  return mkdtemp(join(root, `${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}-`));
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) throw new InvalidArgumentError('give a whole number from 0 to 4294967295');
  return seed;
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('give a whole number from 1');
  return count;
}

function collectScenario(name: string, chosen: readonly Scenario[]): readonly Scenario[] {
  const scenario = findScenario(name);
  if (!scenario) throw new InvalidArgumentError(`there is none; known: ${SCENARIOS.map((known) => known.name).join(', ')}`);
  return [...chosen, scenario];
}
