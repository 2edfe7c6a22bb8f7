import { describe, expect, it } from '@jest/globals';
import type { AuditCounts } from '../audit/audit.js';
import type { ArmResult, ScenarioResult, Verdict } from '../run/result.js';
import type { Arm } from '../stage/arm.js';
import { summary, toRows, whatBecame } from './figures.js';

const NONE: AuditCounts = {
  acknowledged: 0,
  resolved: 0,
  unresolved: 0,
  refused: 0,
  abandoned: 0,
  lost: 0,
  schedules: 0,
  repeated: 0,
  repeatedSplit: 0,
  repeatedStalled: 0,
  repeatedFailed: 0,
  repeatedUnexplained: 0,
  completed: 0,
  dead: 0,
  pending: 0,
  forgotten: 0,
  stalls: 0,
  burned: 0,
};

function armOf(arm: Arm, counts: Partial<AuditCounts>, recoveryMs: number | null = null): ArmResult {
  const measured = {
    seconds: 1,
    latency: { p50: 1, p99: 2, max: 3 },
    troubles: {},
    moments: [],
    marks: [],
    expectations: [],
    findings: [],
  };
  return { arm, counts: { ...NONE, ...counts }, recoveryMs, ...measured };
}

function played(seed: number, verdict: Verdict, arms: readonly ArmResult[]): ScenarioResult {
  const words = { fault: 'kill', load: 'callers', holds: 'nothing lost', control: 'no log' };
  return { scenario: { name: 'redis-kill', ...words, harm: 'lost', quick: true }, seed, verdict, reasons: [], arms };
}

const RESULTS = [
  played(1, 'pass', [
    armOf('product', { acknowledged: 2_000, completed: 1_500, pending: 500, repeated: 3, repeatedStalled: 3 }, 90),
    armOf('control', { lost: 7 }),
  ]),
  played(2, 'fail', [armOf('product', { acknowledged: 1_000, completed: 1_000 }, 1_500), armOf('control', { lost: 0 })]),
];

describe('figures', () => {
  it('tells a scenario in one row, all seeds together: sums, the worst recovery and verdict, the harm of each control', () => {
    expect(toRows(RESULTS)).toEqual([
      expect.objectContaining({ acknowledged: '3,000', lost: '0', recovery: '1.5 s', control: 'no log: 7, 0 lost', verdict: 'fail' }),
    ]);
  });

  it('bounds what was not seen, by the rule of three over all acknowledged', () => {
    expect(summary(RESULTS)).toBe('1 pass, 1 fail, 0 skipped; 0 lost of 3,000 acknowledged, so fewer than 1 in 1,000 at 95 % confidence.');
  });

  it('bounds nothing once something was lost', () => {
    const results = [played(1, 'fail', [armOf('product', { acknowledged: 10, lost: 1 })])];
    expect(summary(results)).toBe('0 pass, 1 fail, 0 skipped; 1 lost of 10 acknowledged.');
  });

  it('tells what became of the jobs, and why some ran again', () => {
    expect(whatBecame(RESULTS)).toBe(
      'Of all jobs 2,500 ran to the end, 0 are dead, 500 are stored for later. 3 ran more than once (taken back from a silent worker: 3).',
    );
  });
});
