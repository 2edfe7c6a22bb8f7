import { describe, expect, it } from '@jest/globals';
import type { AuditCounts } from '../audit/audit.js';
import { judge } from './judge.js';
import type { ArmResult } from './result.js';

const COUNTS: AuditCounts = {
  acknowledged: 100,
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
  completed: 100,
  dead: 0,
  pending: 0,
  forgotten: 0,
  stalls: 0,
  burned: 0,
};

function arm(counts: Partial<AuditCounts> = {}, given: Partial<ArmResult> = {}): ArmResult {
  const measured = { seconds: 1, recoveryMs: null, latency: { p50: 1, p99: 1, max: 1 }, troubles: {}, moments: [], marks: [] };
  return { arm: 'product', counts: { ...COUNTS, ...counts }, findings: [], expectations: [], ...measured, ...given };
}

const HARMED = arm({ lost: 1 });

describe('judge', () => {
  it('passes when the product is clean and the control does harm', () => {
    expect(judge({ harm: 'lost' }, arm(), HARMED)).toEqual([]);
  });

  it('fails when the control does no harm: the harness is blind', () => {
    expect(judge({ harm: 'lost' }, arm(), arm())).toEqual([expect.stringContaining('could not have seen a loss')]);
    expect(judge({ harm: 'repeated' }, arm(), HARMED)).toEqual([expect.stringContaining('could not have seen')]);
  });

  it('fails when nothing was acknowledged', () => {
    expect(judge({ harm: 'lost' }, arm({ acknowledged: 0 }), HARMED)).toEqual([expect.stringContaining('nothing was acknowledged')]);
  });

  it('tells findings by kind, with examples', () => {
    const findings = ['a', 'b', 'c', 'd'].map((id) => ({ kind: 'lost', id, detail: 'gone' }) as const);
    expect(judge({ harm: 'lost' }, arm({}, { findings }), HARMED)).toEqual(['lost: 4 (a: gone; b: gone; c: gone; …)']);
  });

  it('fails on what did not hold, unexpected dead jobs, repetitions and stalls where none may be', () => {
    const expectations = [{ what: 'no 5xx', holds: false, detail: '500 internal-error' }];
    const product = arm({ dead: 2, repeated: 3, stalls: 4, burned: 5, abandoned: 6 }, { expectations });
    expect(judge({ harm: 'lost' }, product, HARMED)).toHaveLength(3);
    expect(judge({ harm: 'lost', dead: 2, once: true, untouched: true }, product, HARMED)).toHaveLength(5);
  });
});
