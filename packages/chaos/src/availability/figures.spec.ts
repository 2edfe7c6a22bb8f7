import { describe, expect, it } from '@jest/globals';
import { availabilityOf } from './figures.js';
import type { Probe, ProbeKind } from './probe.js';

const ok = (kind: ProbeKind, at: number): Probe => ({ kind, at, ms: 5, answer: '200', isOk: true });
const failed = (kind: ProbeKind, at: number, recoveredMs: number | null): Probe => ({
  kind,
  at,
  ms: 5,
  answer: '503',
  isOk: false,
  recoveredMs,
});
const SPAN = { from: 0, to: 1_000_000 };

/** All kinds, every 100 ms of the first 10 seconds, but for those given. */
function probes(...others: readonly Probe[]): Probe[] {
  const rounds = Array.from({ length: 100 }, (_, index) => index * 100);
  const isOther = (kind: ProbeKind, at: number) => others.some((other) => other.kind === kind && other.at === at);
  const usual = rounds.flatMap((at) =>
    (['ready', 'submit', 'read'] as const).filter((kind) => !isOther(kind, at)).map((kind) => ok(kind, at)),
  );
  return [...usual, ...others];
}

describe('availabilityOf', () => {
  it('counts what failed at once and what failed for good, of each kind', () => {
    const { all, byKind } = availabilityOf(
      probes(failed('submit', 300, 900), failed('submit', 400, null), failed('read', 300, 5)),
      [],
      SPAN,
    );
    expect(all).toEqual({ asked: 300, failed: 3, lost: 1, raw: 1 - 3 / 300, repeated: 1 - 1 / 300 });
    expect(byKind.submit).toMatchObject({ asked: 100, failed: 2, lost: 1, raw: 0.98, repeated: 0.99 });
    expect(byKind.ready).toMatchObject({ failed: 0, raw: 1 });
  });

  it('joins rounds in which anything failed, until all succeeds again', () => {
    const { outages, time } = availabilityOf(probes(failed('submit', 300, 900), failed('ready', 400, 800), failed('read', 700, 5)), [], {
      from: 0,
      to: 10_000,
    });
    expect(outages).toEqual([
      { from: 300, ms: 200 },
      { from: 700, ms: 100 },
    ]);
    expect(time).toBeCloseTo(0.97);
  });

  it('counts an outage that lasts to the end of the span, and nothing beyond it', () => {
    const { outages, all } = availabilityOf(probes(failed('ready', 500, null), failed('ready', 600, null)), [], { from: 0, to: 600 });
    expect(outages).toEqual([{ from: 500, ms: 100 }]);
    expect(all).toMatchObject({ asked: 18, failed: 1 });
  });

  it('tells what each kind of fault cost, those that nobody noticed included', () => {
    const faults = [
      { label: 'kill', at: 350 },
      { label: 'cut', at: 4_000 },
      { label: 'kill', at: 8_000 },
    ];
    const { costs } = availabilityOf(
      probes(failed('submit', 300, 900), failed('submit', 8_100, 5), failed('submit', 8_200, 5)),
      faults,
      SPAN,
    );
    expect(costs).toEqual([
      { fault: 'kill', times: 2, noticed: 2, meanMs: 150, longestMs: 200 },
      { fault: 'cut', times: 1, noticed: 0, meanMs: 0, longestMs: 0 },
    ]);
  });

  it('tells the answers that were no success', () => {
    expect(availabilityOf(probes(failed('submit', 300, 900), failed('submit', 400, null)), [], SPAN).troubles).toEqual({
      'submit: 503': 2,
    });
  });
});
