import { describe, expect, it } from '@jest/globals';
import { toPolicies } from '../../policy/policies.js';
import type { PoolPolicy } from '../../pool-policy.js';
import type { PoolModel } from '../pool/pool-model.js';
import type { Load } from '../workload/load.js';
import { LOADS } from '../workload/shapes.js';
import { type Comparison, compare } from './compare.js';
import type { Outcome } from './outcome.js';
import { judge, outcomeOf } from './verdict.js';

/** A policy as it is unless somebody sets something. */
function policyBy(settings: Record<string, unknown> = {}): PoolPolicy {
  const [policy] = toPolicies({ pools: { default: { queues: ['io'], target: { kind: 'dry-run' }, max: 40, ...settings } } });
  if (!policy) throw new Error('there is a pool');
  return policy;
}

/** Jobs that run for 2 s on 4 slots, and for 4 s on 8. */
const MODELS = [
  [4, 2],
  [8, 4],
].map(([slots = 0, meanSeconds = 0]) => ({ slots, service: { meanSeconds, variation: 1 }, coldStart: 5_000, metricLag: 1_000 }));

function play(load: Load, policy: PoolPolicy, model: PoolModel): readonly Outcome[] {
  const comparing: Generator<unknown, Comparison, void> = compare({ load, policy, model, seeds: [11] });
  for (let step = comparing.next(); ; step = comparing.next()) if (step.done) return step.value.outcomes;
}

const brief = LOADS.filter(({ seconds }) => seconds <= 3_600);
const cases = brief.flatMap((load) => MODELS.map((model) => ({ name: `${load.name}, ${model.slots} slots`, load, model })));

describe('the defaults of a policy', () => {
  it.each(cases)('halve what is late at no more worker-minutes than either rival by the book: $name', ({ load, model }) => {
    const outcomes = play(load, policyBy(), model);
    const byTheBook = (['hpa', 'keda'] as const).flatMap((kind) => judge(outcomes, kind).filter(({ choice }) => choice === 'by the book'));
    expect(byTheBook.map(({ isWon }) => isWon)).toEqual([true, true]);
    expect(outcomeOf(outcomes, 'dts').late).toBe(0);
  });

  it('owe that to how fast workers may be added: as few at a time as the rivals add leave jobs late', () => {
    const [burst] = brief.filter(({ name }) => name === 'burst');
    const [model] = MODELS;
    if (!burst || !model) throw new Error('there is a burst');
    const outcomes = play(burst, policyBy({ scaleUp: { workers: 4 } }), model);
    expect(outcomeOf(outcomes, 'dts').late).toBeGreaterThan(100);
    expect(judge(outcomes, 'keda').find(({ choice }) => choice === 'by the book')?.isWon).toBe(false);
  });
});
