import type { AuditCounts } from '../audit/audit.js';
import type { ArmResult, ScenarioResult, Verdict } from '../run/result.js';
import type { Arm } from '../stage/arm.js';

/** One row of a report's table, as text. */
export interface Row {
  readonly scenario: string;
  readonly fault: string;
  readonly load: string;
  readonly acknowledged: string;
  readonly lost: string;
  readonly repeated: string;
  readonly recovery: string;
  readonly latency: string;
  readonly control: string;
  readonly verdict: Verdict;
}

export const HEADINGS: Readonly<Record<keyof Row, string>> = {
  scenario: 'Scenario',
  verdict: 'Verdict',
  fault: 'Fault',
  load: 'Load',
  acknowledged: 'Acknow\u00adledged',
  lost: 'Lost',
  repeated: 'Ran more than once',
  recovery: 'Recovery, at the longest',
  latency: 'Answer p50 / p99 / max, ms',
  control: 'Control, and the harm it did',
};

const NONE = '–';
const VERDICTS = ['pass', 'fail', 'skipped'] as const;
const CAUSES = [
  ['repeatedStalled', 'taken back from a silent worker'],
  ['repeatedFailed', 'tried again after a failed attempt'],
  ['repeatedSplit', 'stored as several jobs'],
  ['repeatedUnexplained', 'the end of the first run was not recorded'],
] as const satisfies readonly (readonly [keyof AuditCounts, string])[];

/** A row for each scenario, all its seeds together. */
export function toRows(results: readonly ScenarioResult[]): Row[] {
  const names = new Set(results.map(({ scenario }) => scenario.name));
  return [...names].map((name) => toRow(results.filter(({ scenario }) => scenario.name === name)));
}

function toRow(results: readonly ScenarioResult[]): Row {
  const { scenario } = results[0] as ScenarioResult;
  const products = armsOf(results, 'product');
  const controls = armsOf(results, 'control');
  const harms = controls.map(({ counts }) => whole(counts[scenario.harm])).join(', ');
  const recoveries = products.flatMap(({ recoveryMs }) => recoveryMs ?? []);
  const count = (name: keyof AuditCounts) => (products.length > 0 ? whole(total(products, name)) : NONE);
  return {
    scenario: scenario.name,
    fault: scenario.fault,
    load: scenario.load,
    acknowledged: count('acknowledged'),
    lost: count('lost'),
    repeated: count('repeated'),
    recovery: recoveries.length > 0 ? milliseconds(Math.max(...recoveries)) : NONE,
    latency: latency(products),
    control: controls.length > 0 ? `${scenario.control}: ${harms} ${HARMS[scenario.harm]}` : scenario.control,
    verdict: verdictOf(results),
  };
}

const HARMS = { lost: 'lost', repeated: 'ran more than once' };

/** The worst of all seeds. */
function verdictOf(results: readonly ScenarioResult[]): Verdict {
  const verdicts = results.map(({ verdict }) => verdict);
  return verdicts.includes('fail') ? 'fail' : verdicts.includes('skipped') ? 'skipped' : 'pass';
}

function armsOf(results: readonly ScenarioResult[], which: Arm): ArmResult[] {
  return results.flatMap(({ arms }) => arms.filter(({ arm }) => arm === which));
}

function total(arms: readonly ArmResult[], name: keyof AuditCounts): number {
  return arms.reduce((sum, { counts }) => sum + counts[name], 0);
}

function milliseconds(value: number): string {
  return value < 1_000 ? `${Math.round(value)} ms` : `${(value / 1_000).toFixed(1)} s`;
}

export function whole(value: number): string {
  return value.toLocaleString('en-US');
}

/** The worst of all seeds. */
function latency(products: readonly ArmResult[]): string {
  const worst = (name: 'p50' | 'p99' | 'max') => {
    const values = products.flatMap((arm) => arm.latency[name] ?? []);
    return values.length > 0 ? whole(Math.round(Math.max(...values))) : NONE;
  };
  return [worst('p50'), worst('p99'), worst('max')].join(' / ');
}

/** What all product arms say together. The bound is the rule of three: 0 of n means a rate below 3/n, at 95 % confidence. */
export function summary(results: readonly ScenarioResult[]): string {
  const products = armsOf(results, 'product');
  const acknowledged = total(products, 'acknowledged');
  const lost = total(products, 'lost');
  const verdicts = VERDICTS.map((kind) => `${results.filter(({ verdict }) => verdict === kind).length} ${kind}`);
  const bound = lost === 0 && acknowledged > 0 ? `, so fewer than 1 in ${whole(Math.floor(acknowledged / 3))} at 95 % confidence` : '';
  return `${verdicts.join(', ')}; ${whole(lost)} lost of ${whole(acknowledged)} acknowledged${bound}.`;
}

/** What became of the jobs, and why some ran more than once. */
export function whatBecame(results: readonly ScenarioResult[]): string {
  const products = armsOf(results, 'product');
  const count = (name: keyof AuditCounts) => whole(total(products, name));
  const causes = CAUSES.filter(([name]) => total(products, name) > 0).map(([name, words]) => `${words}: ${count(name)}`);
  const ran = total(products, 'completed') + total(products, 'forgotten');
  const fates = `${whole(ran)} ran to the end, ${count('dead')} are dead, ${count('pending')} are stored for later`;
  return `Of all jobs ${fates}. ${count('repeated')} ran more than once${causes.length > 0 ? ` (${causes.join('; ')})` : ''}.`;
}

export const PROMISE =
  'The promise is at least once: nothing acknowledged is lost, and a crash may make a job run again. ' +
  'Each scenario is played twice with the same schedule: as the product ships, and as a control in which a weaker setting must do harm, ' +
  'or the run could not have seen a loss and fails.';
