import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { policy } from '../fixtures/pool.js';
import { type PolicyOptions, parsePolicies, toPolicies } from './policies.js';
import { PolicyError } from './policy-error.js';

const QUEUES = ['io', 'rate-limited', 'cpu'];

/** What a pool has that leaves them out. */
const DEFAULTS = {
  drainTarget: 5_000,
  scaleUp: { percent: 100, workers: 20, period: 15_000 },
  scaleDown: { percent: 50, workers: 1, period: 30_000, stabilization: 60_000 },
};

/** A file with one pool, and these settings in it. */
const file = (...lines: string[]) =>
  ['pools:', '  default:', '    queues: [io]', '    target: { kind: dry-run }', '    max: 10', ...lines.map((line) => `    ${line}`)].join(
    '\n',
  );

function problemsOf(text: string, options: PolicyOptions = { queues: QUEUES }): string[] {
  try {
    parsePolicies(text, options);
  } catch (error) {
    if (error instanceof PolicyError) return error.problems.map(({ path, line, message }) => `${line} ${path}: ${message}`);
    throw error;
  }
  return [];
}

describe('a policy file', () => {
  it('has defaults for all but the queues, the target and the most workers', () => {
    expect(parsePolicies(file())).toEqual([policy(DEFAULTS)]);
  });

  it('says everything else', () => {
    const text = `
mode: observe
pools:
  gentle:
    mode: enforce
    queues: [io, rate-limited]
    target: { kind: kubernetes, namespace: dts, deployment: worker-io }
    min: 0
    max: 40
    pickUpTarget: 500ms
    drainTarget: 1.5m
    utilization: 0.5
    jobsPerSlot: 3
    coldStart: 20s
    cooldown: 1h
    fallback: 2
    fallbackAfter: 5
    scaleUp: { percent: 50, workers: 2, period: 30s }
    scaleDown: { percent: 20, workers: 3, period: 90s, stabilization: 0s }
    tolerance: 0
    drainDeadline: 1d
  computing:
    queues: [cpu]
    target: { kind: local-process }
    max: 2
    scaleDown: { stabilization: 250 }
`;
    const [gentle, computing] = parsePolicies(text, { queues: QUEUES });
    expect(gentle).toEqual({
      pool: 'gentle',
      mode: 'enforce',
      queues: ['io', 'rate-limited'],
      target: { kind: 'kubernetes', namespace: 'dts', deployment: 'worker-io' },
      min: 0,
      max: 40,
      pickUpTarget: 500,
      drainTarget: 90_000,
      utilization: 0.5,
      jobsPerSlot: 3,
      coldStart: 20_000,
      cooldown: 3_600_000,
      fallback: 2,
      fallbackAfter: 5,
      scaleUp: { percent: 50, workers: 2, period: 30_000 },
      scaleDown: { percent: 20, workers: 3, period: 90_000, stabilization: 0 },
      tolerance: 0,
      drainDeadline: 86_400_000,
      pin: null,
    });
    expect(computing).toMatchObject({
      mode: 'observe',
      target: { kind: 'local-process' },
      scaleDown: { percent: 50, workers: 1, period: 30_000, stabilization: 250 },
    });
  });

  it('may stand in code', () => {
    expect(toPolicies({ pools: { default: { queues: ['io'], target: { kind: 'dry-run' }, max: 10 } } })).toEqual([policy(DEFAULTS)]);
    const wrong = () => toPolicies({ pools: { default: { queues: ['io'], target: { kind: 'dry-run' }, max: 0 } } });
    expect(wrong).toThrow('The policy is not usable:\n  pools.default.max: is 0: give a whole number from 1 to 100000');
  });
});

describe('a policy that is wrong', () => {
  it('is told of in all places at once, with the line, what is wrong and what to do', () => {
    const text = `
mode: enforce
pools:
  Default:
    queues: [io, mail]
    target: { kind: kubernets, namespace: dts }
    max: ten
    minimum: 2
    cooldown: 2 minutes
    utilization: 1.2
    scaleUp: { percent: 100, worker: 4 }
  other:
    queues: [io]
    target: { kind: kubernetes, namespace: DTS, deployment: worker }
    min: 5
    max: 4
    fallback: 9
`;
    expect(problemsOf(text)).toEqual([
      '4 pools.Default: is no name for a pool: give a name of lower-case letters, digits and hyphens, of at most 63 characters',
      '5 pools.Default.queues.1: is "mail": give io, rate-limited, cpu',
      '6 pools.Default.target.kind: give one with a kind of local-process, kubernetes, dry-run',
      '7 pools.Default.max: is "ten": give a whole number from 1 to 100000',
      expect.stringMatching(/^8 pools\.Default\.minimum: is no setting of these: mode, queues, target, min, max, pickUpTarget, /),
      '9 pools.Default.cooldown: is "2 minutes": give a duration from 0ms to 7d, such as 500ms, 30s or 5m; a plain number is milliseconds',
      '10 pools.Default.utilization: is 1.2: give a number above 0, at most 1',
      '11 pools.Default.scaleUp.worker: is no setting of these: percent, workers, period',
      '13 pools.other.queues.0: the queue io belongs to the pool Default already: leave it to one',
      '14 pools.other.target.namespace: is "DTS": give a name of lower-case letters, digits and hyphens, of at most 63 characters',
      '15 pools.other.min: is 5, more than max, which is 4: lower min or raise max',
      '17 pools.other.fallback: is 9, more than max, which is 4: lower fallback or raise max',
    ]);
  });

  it.each([
    ['min over max', file('min: 11'), ['6 pools.default.min: is 11, more than max, which is 10: lower min or raise max']],
    [
      'fallback over max',
      file('fallback: 11'),
      ['6 pools.default.fallback: is 11, more than max, which is 10: lower fallback or raise max'],
    ],
    ['a part of a worker', file('min: 1.5'), ['6 pools.default.min: is 1.5: give a whole number from 0 to 100000']],
    ['no pace at all', file('scaleUp: { workers: 0 }'), ['6 pools.default.scaleUp.workers: is 0: give a whole number from 1 to 100000']],
    [
      'a list in place of a mapping',
      file('scaleUp: [1]'),
      ['6 pools.default.scaleUp: is [1]: give a mapping with percent, workers, period'],
    ],
    [
      'a pool without settings',
      'pools:\n  default:',
      [expect.stringMatching(/^2 pools\.default: is empty: give a mapping with mode, queues/)],
    ],
    ['no pools', 'pools: {}', ['1 pools: is empty: name at least one pool']],
    ['nothing', '', ['1 : is empty: give a mapping with mode, pools']],
    [
      'another mode, and more',
      'mode: on\npools: {}',
      ['1 mode: is "on": give off, observe, enforce', '2 pools: is empty: name at least one pool'],
    ],
    ['a setting twice', file('max: 11'), [expect.stringMatching(/^6 : is no YAML: Map keys must be unique/)]],
    ['a broken line', 'pools: [', [expect.stringMatching(/^1 : is no YAML: /)]],
  ])('is refused for %s', (_what, text, problems: unknown[]) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  it('misses what it must have where that should stand', () => {
    expect(problemsOf('pools:\n  default:\n    min: 0')).toEqual([
      '2 pools.default.queues: give the queues that the pool serves, such as [io, cpu]',
      '2 pools.default.target: give one with a kind of local-process, kubernetes, dry-run',
      '2 pools.default.max: is missing: give a whole number from 1 to 100000',
    ]);
    expect(problemsOf(file().replace('[io]', '[]'))).toEqual([
      '3 pools.default.queues: give the queues that the pool serves, such as [io, cpu]',
    ]);
  });

  it('does not give a queue or a deployment to two pools', () => {
    const pool = (name: string, queues: string) =>
      `  ${name}: { queues: [${queues}], max: 1, target: { kind: kubernetes, namespace: dts, deployment: worker } }`;
    expect(problemsOf(['pools:', pool('one', 'io, cpu'), pool('two', 'rate-limited, cpu')].join('\n'))).toEqual([
      '3 pools.two.queues.1: the queue cpu belongs to the pool one already: leave it to one',
      '3 pools.two.target: the deployment dts/worker belongs to the pool one already: leave it to one',
    ]);
    expect(problemsOf(file().replace('[io]', '[io, io]'))).toEqual([
      '3 pools.default.queues.1: the queue io belongs to the pool default already: leave it to one',
    ]);
  });

  it('does not blow up', () => {
    const laughs = [
      'a: &a [x, x, x, x, x, x, x, x, x]',
      ...'bcdefg'.split('').map((key, i) => `${key}: &${key} [${Array(9).fill(`*${'abcdef'[i]}`).join(', ')}]`),
    ];
    expect(problemsOf(laughs.join('\n'))).toEqual([expect.stringMatching(/cannot be read: Excessive alias count/)]);
  });

  it('is an error of its own, whatever the text', () => {
    const words = fc.constantFrom(
      'pools',
      ':',
      '\n',
      '  ',
      '-',
      '[',
      '{',
      '}',
      'max',
      '1',
      'queues',
      '&a',
      '*a',
      '!!x',
      '"',
      '#',
      '|',
      '\t',
    );
    const property = (parts: string[]) => {
      expect(() => parsePolicies(parts.join(''))).toThrow(PolicyError);
    };
    fc.assert(fc.property(fc.oneof(fc.array(words, { maxLength: 30 }), fc.array(fc.string())), property), { numRuns: 500 });
  });
});
