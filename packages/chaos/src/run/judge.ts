import type { Finding } from '../audit/audit.js';
import type { Scenario } from '../scenarios/scenario.js';
import type { ArmResult } from './result.js';

/** Findings of one kind that are told in full. */
const EXAMPLES = 3;

type Rules = Pick<Scenario, 'harm' | 'dead' | 'once' | 'untouched'>;

/** @returns why the scenario fails, a line each; none when it passes */
export function judge(rules: Rules, product: ArmResult, control: ArmResult): string[] {
  const broken = product.expectations.filter(({ holds }) => !holds).map(({ what, detail }) => `does not hold: ${what} (${detail})`);
  return [...describeFindings(product.findings), ...broken, ...breaches(rules, product), ...blindness(rules, product, control)];
}

function breaches({ dead = 0, once, untouched }: Rules, { counts }: ArmResult): string[] {
  const reasons: string[] = [];
  if (counts.dead !== dead) reasons.push(`${counts.dead} jobs ended dead, expected ${dead}`);
  if (counts.abandoned > 0) reasons.push(`${counts.abandoned} submissions were never acknowledged, however often they were repeated`);
  if (once && counts.repeated > 0) reasons.push(`${counts.repeated} submissions ran more than once, expected none`);
  if (untouched && counts.stalls > 0) reasons.push(`jobs stalled ${counts.stalls} times, expected never`);
  if (untouched && counts.burned > 0) reasons.push(`${counts.burned} jobs used up more than one attempt, expected none`);
  return reasons;
}

/** A control without harm proves nothing about the product: the harness could not have seen a loss. */
function blindness({ harm }: Rules, product: ArmResult, control: ArmResult): string[] {
  if (product.counts.acknowledged === 0) return ['nothing was acknowledged: nothing was put to the test'];
  return control.counts[harm] > 0 ? [] : [`the control shows no harm (${harm}: 0): this run could not have seen a loss`];
}

function describeFindings(findings: readonly Finding[]): string[] {
  const kinds = new Set(findings.map(({ kind }) => kind));
  return [...kinds].map((kind) => {
    const found = findings.filter((finding) => finding.kind === kind);
    const examples = found.slice(0, EXAMPLES).map(({ id, detail }) => `${id}: ${detail}`);
    return `${kind}: ${found.length} (${examples.join('; ')}${found.length > EXAMPLES ? '; …' : ''})`;
  });
}
