import { describe, expect, it } from '@jest/globals';
import { figure, judge, ratio } from './goal.js';
import type { Goal, Round } from './workload.js';

const ROUNDS: readonly Round[] = [
  { ours: { rate: 80 }, theirs: { rate: 100 } },
  { ours: { rate: 45 }, theirs: { rate: 50 } },
  { ours: { rate: 70 }, theirs: { rate: 100 } },
];

const goal = (bounds: Pick<Goal, 'better' | 'must' | 'aim'>, read = ratio('rate', 'ours', 'theirs')): Goal => ({
  title: '',
  read,
  ...bounds,
});

describe('judge', () => {
  it('takes the ratio within each round, and the median of those', () => {
    const { values, summary } = judge(goal({ better: 'higher', must: 0.75 }), ROUNDS);
    expect(values).toEqual([0.8, 0.9, 0.7]);
    expect(summary?.median).toBe(0.8);
    expect(summary?.quartiles[0]).toBeCloseTo(0.75);
    expect(summary?.quartiles[1]).toBeCloseTo(0.85);
  });

  it.each([
    ['aim', { better: 'higher', must: 0.5, aim: 0.8 }],
    ['must', { better: 'higher', must: 0.8, aim: 0.9 }],
    ['must', { better: 'higher', must: 0.8 }],
    ['missed', { better: 'higher', must: 0.81 }],
    ['missed', { better: 'higher', must: 1.6 }],
    ['far', { better: 'higher', must: 1.61 }],
    ['aim', { better: 'lower', must: 1, aim: 0.8 }],
    ['must', { better: 'lower', must: 0.8, aim: 0.7 }],
    ['missed', { better: 'lower', must: 0.4 }],
    ['far', { better: 'lower', must: 0.39 }],
  ] as const)('is %s for %j', (verdict, bounds) => {
    expect(judge(goal(bounds), ROUNDS).verdict).toBe(verdict);
  });

  it('does not know where a contender was absent', () => {
    const judgement = judge(goal({ better: 'higher', must: 0.5 }, ratio('rate', 'ours', 'nobody')), ROUNDS);
    expect(judgement).toMatchObject({ verdict: 'unknown', values: [] });
  });

  it('reads a figure as it is', () => {
    expect(judge(goal({ better: 'lower', must: 100 }, figure('rate', 'ours')), ROUNDS).values).toEqual([80, 45, 70]);
  });
});
