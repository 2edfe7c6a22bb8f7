import { describe, expect, it } from '@jest/globals';
import { parseOptions } from './options.js';
import { FULL, QUICK } from './plan.js';
import type { Workload } from './workload.js';

const workload = (name: string, isLong?: true): Workload => ({
  name,
  title: '',
  conditions: [],
  metrics: [],
  goals: [],
  ...(isLong && { isLong }),
  open: () => Promise.reject(new Error('nobody opens it')),
});
const KNOWN = [workload('submit'), workload('drain'), workload('memory', true)];
const parse = (...argv: string[]) => {
  const { workloads, ...options } = parseOptions(argv, KNOWN);
  return { ...options, names: workloads.map(({ name }) => name) };
};

describe('parseOptions', () => {
  it('runs everything, in full', () => {
    expect(parse()).toEqual({ plan: FULL, names: ['submit', 'drain', 'memory'], out: 'bench-results', list: false });
  });

  it('leaves the long ones out with --quick, unless they are named', () => {
    expect(parse('--quick')).toMatchObject({ plan: QUICK, names: ['submit', 'drain'] });
    expect(parse('--quick', '--only', 'memory')).toMatchObject({ plan: QUICK, names: ['memory'] });
  });

  it('takes names, rounds and a folder', () => {
    expect(parse('--only', 'drain, submit', '--rounds', '9', '--out', 'here')).toMatchObject({
      names: ['drain', 'submit'],
      plan: { ...FULL, rounds: 9 },
      out: 'here',
    });
  });

  it('has an odd number of rounds, so that a median is a round that was run', () => {
    expect([FULL.rounds % 2, QUICK.rounds % 2]).toEqual([1, 1]);
  });
});
