import type { ArmResult, ScenarioResult } from '../run/result.js';

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
  readonly verdict: string;
}

export const HEADINGS: Readonly<Record<keyof Row, string>> = {
  scenario: 'Scenario',
  fault: 'Fault',
  load: 'Load',
  acknowledged: 'Acknowledged',
  lost: 'Lost',
  repeated: 'Ran more than once',
  recovery: 'Recovery',
  latency: 'Answer p50 / p99 / max',
  control: 'Control',
  verdict: 'Verdict',
};

export function toRow({ scenario, verdict, arms }: ScenarioResult): Row {
  const product = arms.find(({ arm }) => arm === 'product');
  const control = arms.find(({ arm }) => arm === 'control');
  const count = (name: 'acknowledged' | 'lost' | 'repeated') => (product ? whole(product.counts[name]) : '–');
  return {
    scenario: scenario.name,
    fault: scenario.fault,
    load: scenario.load,
    acknowledged: count('acknowledged'),
    lost: count('lost'),
    repeated: count('repeated'),
    recovery: milliseconds(product?.recoveryMs ?? null),
    latency: product ? latency(product) : '–',
    control: control ? `${scenario.control}: ${harm(scenario.harm, control)}` : scenario.control,
    verdict,
  };
}

function milliseconds(value: number | null): string {
  if (value === null) return '–';
  return value < 10 ? `${value.toFixed(1)} ms` : `${whole(Math.round(value))} ms`;
}

export function whole(value: number): string {
  return value.toLocaleString('en-US');
}

function latency({ latency: { p50, p99, max } }: ArmResult): string {
  return [p50, p99, max].map(milliseconds).join(' / ');
}

function harm(kind: 'lost' | 'repeated', { counts }: ArmResult): string {
  return `${whole(counts[kind])} of ${whole(counts.acknowledged)} ${kind === 'lost' ? 'lost' : 'ran more than once'}`;
}

/** What all product arms say together. The bound is the rule of three: 0 of n means a rate below 3/n, at 95 % confidence. */
export function summary(results: readonly ScenarioResult[]): string {
  const products = results.flatMap(({ arms }) => arms.filter(({ arm }) => arm === 'product'));
  const acknowledged = products.reduce((sum, { counts }) => sum + counts.acknowledged, 0);
  const lost = products.reduce((sum, { counts }) => sum + counts.lost, 0);
  const verdicts = (['pass', 'fail', 'skipped'] as const).map(
    (kind) => `${results.filter(({ verdict }) => verdict === kind).length} ${kind}`,
  );
  const bound = lost === 0 && acknowledged > 0 ? `, so fewer than 1 in ${whole(Math.floor(acknowledged / 3))} at 95 % confidence` : '';
  return `${verdicts.join(', ')}; ${whole(lost)} lost of ${whole(acknowledged)} acknowledged${bound}.`;
}
