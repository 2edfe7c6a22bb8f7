import { describe, expect, it } from '@jest/globals';
import { policy } from '../../fixtures/pool.js';
import type { PoolModel } from '../pool/pool-model.js';
import { toMarkdown } from '../report/markdown.js';
import { drawComparison } from '../report/picture.js';
import type { Load } from '../workload/load.js';
import { type Comparison, compare } from './compare.js';
import { createContenders } from './contender.js';

const model: PoolModel = { slots: 4, service: { meanSeconds: 2, variation: 1 }, coldStart: 5_000, metricLag: 5_000 };
const load: Load = { name: 'step <up>', description: 'A step.', seconds: 600, countAt: (second, draw) => draw(second < 120 ? 1 : 8) };

const policyOf = (min = 1) => policy({ min, max: 20 });

function play(seeds: readonly number[], chosen = policyOf()): { readonly comparison: Comparison; readonly progress: string[] } {
  const comparing = compare({ load, policy: chosen, model, seeds });
  const progress: string[] = [];
  for (;;) {
    const { done, value } = comparing.next();
    if (done) return { comparison: value, progress };
    progress.push(`${value.done}/${value.total}`);
  }
}

describe('compare', () => {
  const { comparison, progress } = play([1, 2]);

  it('plays the same jobs with every contender, and tells how far it is', () => {
    const contenders = createContenders(policyOf(), model).length;
    expect(progress).toHaveLength(2 * contenders);
    expect(progress.at(-1)).toBe(`${2 * contenders}/${2 * contenders}`);
    expect(comparison.outcomes).toHaveLength(contenders);
    expect(new Set(comparison.outcomes.map(({ jobs }) => jobs)).size).toBe(1);
    expect(comparison.outcomes.every(({ neverPickedUp }) => neverPickedUp === 0)).toBe(true);
  });

  it('has each rival by the book once, among settings on both sides of it', () => {
    const settings = comparison.outcomes.filter(({ kind }) => kind === 'keda');
    expect(settings.filter(({ isDocumented }) => isDocumented).map(({ setting }) => setting)).toEqual(['4 a replica']);
    expect([settings[0]?.setting, settings.at(-1)?.setting]).toEqual(['2 a replica', '30 a replica']);
    expect(comparison.outcomes.filter(({ kind, isDocumented }) => kind === 'hpa' && isDocumented)).toHaveLength(1);
  });

  it('says the same again', () => {
    expect(play([1, 2]).comparison.outcomes).toEqual(comparison.outcomes);
    expect(play([3]).comparison.outcomes).not.toEqual(play([4]).comparison.outcomes);
  });

  it('reports in a table and a picture, with names that may hold anything', () => {
    const markdown = toMarkdown([comparison]);
    expect(markdown.match(/^\| step <up> \| dts \|/gm)).toHaveLength(1);
    expect(markdown.split('\n').filter((line) => line.startsWith('|'))).toHaveLength(2 + 8);
    const svg = drawComparison(comparison);
    expect(svg).toContain('step &lt;up&gt;');
    expect(svg).not.toContain('NaN');
    expect(svg.match(/class="first" d="M[\d. L]+"/g)).toHaveLength(4); // a quantity each, apart from the jobs that come
  });

  it('can go to zero, but for the HPA', () => {
    const { outcomes } = play([1], policyOf(0)).comparison;
    expect(outcomes.every(({ neverPickedUp }) => neverPickedUp === 0)).toBe(true);
  });
});
