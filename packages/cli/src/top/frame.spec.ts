import type { Queue, Worker } from '@dts/client';
import { describe, expect, it } from '@jest/globals';
import stringWidth from 'string-width';
import { paletteFor, plain } from '../output/palette.js';
import { frame } from './frame.js';
import { History } from './history.js';
import type { TopView } from './view.js';

const AT = Date.parse('2026-11-25T08:00:00Z');

function queue(name: Queue['name'], more: Partial<Queue> = {}): Queue {
  return {
    name,
    description: 'a class of work',
    paused: false,
    counts: { waiting: 1_234_567, scheduled: 12, active: 500, 'waiting-children': 0, completed: 10_000, dead: 3, cancelled: 2, expired: 1 },
    oldestWaitingMs: 200_000,
    arrivalsPerSecond: 812.34,
    completionsPerSecond: 790.06,
    failuresPerSecond: 0.2,
    waitMs: { p50: 10, p95: 1_234, p99: 2_000 },
    runMs: { p50: 3, p95: 35, p99: 60 },
    limits: { concurrency: null, rate: null },
    workers: 2,
    slots: 1_000,
    busy: 500,
    ...more,
  };
}

function worker(index: number): Worker {
  return {
    id: `host-with-a-long-name-${index}:4711`,
    host: 'host-with-a-long-name',
    pid: 4711,
    version: '0.1.0',
    queues: [{ name: 'io', slots: 500, busy: 250 }],
    slots: 500,
    busy: 250,
    eventLoopDelayMs: 1.4,
    memoryBytes: 157_286_400,
    startedAt: '2026-11-25T05:55:00Z',
    heartbeatAt: '2026-11-25T07:59:59Z',
    draining: false,
  };
}

function view(more: Partial<TopView> = {}): TopView {
  const queues = [queue('io'), queue('rate-limited', { paused: true }), queue('cpu', { oldestWaitingMs: null, waitMs: null, runMs: null })];
  const history = new History();
  for (let look = 0; look < 30; look++) history.add(queues.map((of) => ({ ...of, counts: { ...of.counts, waiting: look } })));
  const workers = Array.from({ length: 30 }, (_, index) => worker(index));
  return { url: 'http://127.0.0.1:3000', queues, workers, history, at: AT, intervalMs: 2_000, isPaused: false, scrolled: 0, ...more };
}

describe('frame', () => {
  it.each([
    [80, 24],
    [120, 40],
    [200, 60],
    [40, 10],
    [20, 5],
    [1, 1],
  ])('fits %p columns by %p rows exactly', (columns, rows) => {
    const lines = frame(view(), { paint: paletteFor({ isTTY: true }, {}, true), columns, rows });
    expect(lines).toHaveLength(rows);
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
  });

  it('shows at 80 by 24 every queue with its history, the slots, and workers', () => {
    const text = frame(view(), { paint: plain, columns: 80, rows: 24 }).join('\n');
    expect(text).toMatch(/^dts top {2}http:\/\/127\.0\.0\.1:3000 +08:00:00 UTC {2}every 2s\n/);
    expect(text).toMatch(/\nio +1,234,567 +500 +3 +812\.3 +790\.1 +1\.2s +35ms +3m 20s\n {2}waiting +▁.*█ +active █+\n/);
    expect(text).toMatch(/\n‖ rate-limit… /);
    expect(text).toMatch(/\ncpu .* - +- +-\n/);
    expect(text).toContain('Slots ████████████████████░░░░░░░░░░░░░░░░░░░░ 7,500 of 15,000 busy, 30 workers');
    expect(text).toMatch(/\nhost-with-a-long-.*█████░░░░░ 250\/500 +1ms +150 MB +2h 5m +io 250\/500\n/);
    expect(text).toMatch(/\nq quit .*$/);
  });

  it('leaves the history out where it would push the workers off the screen', () => {
    const text = frame(view(), { paint: plain, columns: 80, rows: 14 }).join('\n');
    expect(text).not.toContain('active █');
    expect(text).toContain('‖ rate-limit');
    expect(text).toContain('host-with-a-long');
  });

  it('scrolls workers, to the last one and no further', () => {
    const shown = (scrolled: number) => frame(view({ scrolled }), { paint: plain, columns: 80, rows: 24 }).join('\n');
    expect(shown(0)).toContain('name-0:');
    expect(shown(1)).not.toContain('name-0:');
    expect(shown(29)).toContain('name-29:');
    expect(shown(29)).toBe(shown(100));
  });

  it('says that it is paused, or why there is nothing new', () => {
    const first = (more: Partial<TopView>) => frame(view(more), { paint: plain, columns: 80, rows: 24 })[0];
    expect(first({ isPaused: true })).toMatch(/08:00:00 UTC {2}paused$/);
    expect(first({ problem: 'no answer' })).toMatch(/08:00:00 UTC {2}no answer$/);
  });

  it('has a picture of nothing, and one as long as it takes', () => {
    expect(frame(view({ queues: [], workers: [], history: new History() }), { paint: plain, columns: 80, rows: 24 })).toHaveLength(24);
    const all = frame(view(), { paint: plain, columns: 100, rows: Number.POSITIVE_INFINITY });
    expect(all.filter((line) => line.startsWith('host-with'))).toHaveLength(30);
    expect(all.at(-1)).toMatch(/^host-with/);
  });
});
