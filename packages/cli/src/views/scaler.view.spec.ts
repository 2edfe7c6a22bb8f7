import type { ScalerDecision, ScalerPool, ScalerStatus } from '@dts/client';
import { describe, expect, it } from '@jest/globals';
import { plain } from '../output/palette.js';
import { table } from '../output/table.js';
import { decisionColumns, isChange, statusView } from './scaler.view.js';

const NOW = Date.parse('2026-11-25T08:00:10.000Z');
const canvas = { paint: plain, columns: Number.POSITIVE_INFINITY };

const decision: ScalerDecision = {
  pool: 'io',
  at: '2026-11-25T08:00:07.000Z',
  mode: 'enforce',
  current: 2,
  raw: 9,
  desired: 6,
  steps: [
    { name: 'demand', value: 3, because: 'io: 10 jobs a second take 12 slots.' },
    { name: 'up-limit', value: 6, because: 'From 2 within 15s to at most 6 workers.' },
  ],
  reason: 'From 2 within 15s to at most 6 workers.',
  signal: { state: 'known', at: '2026-11-25T08:00:07.000Z' },
};
const pool: ScalerPool = {
  pool: 'io',
  mode: 'enforce',
  target: { kind: 'kubernetes', namespace: 'dts', deployment: 'worker-io' },
  min: 1,
  max: 40,
  queues: [
    {
      queue: 'io',
      signal: 'known',
      waiting: 1_200,
      active: 8,
      delayedDue: 3,
      oldestWaitingMs: 12_000,
      rates: { arrivals: 10, completions: 4 },
    },
  ],
  current: 2,
  desired: 6,
  workers: 2,
  draining: [],
  pin: null,
  decision,
};
const status: ScalerStatus = {
  items: [pool],
  leader: 'host-1',
  policy: { source: 'policy.yaml', loadedAt: '2026-11-25T07:00:10.000Z', problem: null },
};

describe('statusView', () => {
  it('shows a pool with its load, its workers and each step of its last decision', () => {
    const text = statusView(status, canvas, NOW);
    expect(text).toMatch(/^Leader +host-1\nPolicy +policy\.yaml, loaded 1h ago\n\n/);
    expect(text).toMatch(/^io +enforce +2 +2 +6 +1-40 +1,200 +8 +12s +kubernetes dts\/worker-io$/m);
    expect(text).toMatch(/^ {2}Queue +io: 1,200 waiting, 3 due, 8 active, oldest 12s, 10\.0 in\/s, 4\.0 done\/s$/m);
    expect(text).toMatch(/^ {2}Decision +2 → 6, 3s ago: From 2 within 15s/m);
    expect(text).toMatch(/^ {4}demand {4}3 {2}io: 10 jobs a second take 12 slots\.\n {4}up-limit {2}6 {2}From 2/m);
  });

  it('never shows what is unknown as zero', () => {
    const queues = [{ queue: 'io', signal: 'unknown', reason: 'no connection', failures: 2 }] as const;
    const unknown = { ...pool, queues, current: null, desired: null, workers: null, decision: null };
    const text = statusView({ ...status, items: [unknown], leader: null }, canvas, NOW);
    expect(text).toMatch(/^io +enforce +\? +\? +\? +1-40 +\? +\? +- /m);
    expect(text).toMatch(/io: not known: no connection/);
    expect(text).toMatch(/Leader +none: nobody acts/);
    expect(text).toMatch(/Decision +none yet/);
    expect(statusView({ ...status, items: [{ ...pool, mode: 'off', decision: null }] }, canvas, NOW)).toMatch(
      /Decision +none: the mode is off/,
    );
  });

  it('tells pins, drains and problems', () => {
    const pin = { replicas: 4, until: '2026-11-25T08:10:10.000Z', by: 'ops-1' };
    const text = statusView({ ...status, items: [{ ...pool, pin, draining: ['w1', 'w2'], problem: 'owned by an HPA' }] }, canvas, NOW);
    expect(text).toMatch(/Pin +4, set by ops-1, ends in 10m/);
    expect(text).toMatch(/Draining +w1, w2/);
    expect(text).toMatch(/Problem +owned by an HPA/);
    const wrong = { ...status, policy: { ...status.policy, problem: 'The policy is not usable:\n  line 2, pools.io.max: is 0' } };
    expect(statusView(wrong, canvas, NOW)).toMatch(/^Problem {2}The policy is not usable:\n {11}line 2, pools\.io\.max: is 0$/m);
  });

  it('obeys nothing that a name or a reason holds', () => {
    const evil = { ...pool, pool: '\u001b[2J', decision: { ...decision, reason: '\u001b]0;x', steps: [] } };
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
    expect(statusView({ ...status, items: [evil] }, canvas, NOW)).not.toMatch(/\u001b/);
  });
});

describe('decisions', () => {
  it('show what changed, and what did not', () => {
    const held = { ...decision, current: 6, desired: 6, reason: 'As before.' };
    expect([isChange(decision), isChange(held)]).toEqual([true, false]);
    const text = table([decision, held], decisionColumns(NOW), canvas);
    expect(text).toMatch(/3s ago +io +enforce +9 +2 → 6 +From 2/);
    expect(text).toMatch(/3s ago +io +enforce +9 +6 +As before\./);
  });
});
