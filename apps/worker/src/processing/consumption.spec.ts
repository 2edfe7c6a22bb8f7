import { describe, expect, it } from '@jest/globals';
import { judge, type Look, type Verdict, type Watch } from './consumption.js';

const PATIENCE = { silentMs: 30_000, lookMs: 5_000 };
const START = 1_000_000;
const STARVING: Omit<Look, 'at'> = { work: { jobs: 7 }, freeSlots: 1, fetchedAt: START - 60_000 };

/** Looks every 5 s, and gives the verdict on each. */
function verdicts(looks: readonly Partial<Look>[], everyMs = PATIENCE.lookMs): Verdict[] {
  let watch: Watch = {};
  return looks.map((look, index) => {
    const judged = judge(watch, { at: START + index * everyMs, ...STARVING, ...look }, PATIENCE);
    watch = judged.watch;
    return judged.verdict;
  });
}

const times = (count: number, look: Partial<Look> = {}) => Array.from({ length: count }, () => look);

describe('judge', () => {
  it('has a consumer started anew once it starved for the whole time', () => {
    expect(verdicts(times(7))).toEqual([...Array<Verdict>(6).fill('starving'), 'restart']);
  });

  it('gives up when a new consumer fetches nothing in as long again', () => {
    const after = verdicts(times(14, { fetchedAt: 0 })).slice(6);
    expect(after).toEqual(['restart', ...Array<Verdict>(6).fill('starving'), 'give-up']);
  });

  it('starts anew, and does not give up, when the consumer before had fetched again', () => {
    const looks = [...times(7), ...times(1, { fetchedAt: START + 31_000 }), ...times(7, { fetchedAt: START + 31_000 })];
    expect(verdicts(looks).filter((verdict) => verdict !== 'starving')).toEqual(['restart', 'restart']);
  });

  it.each<[string, Partial<Look>, Verdict]>([
    ['nothing is due, as when all jobs are delayed', { work: { jobs: 0 } }, 'fine'],
    ['all slots are busy', { freeSlots: 0 }, 'fine'],
    ['the queue is paused', { work: { jobs: 7, held: 'paused' } }, 'fine'],
    ['the queue is at its limit', { work: { jobs: 7, held: 'at its limit' } }, 'fine'],
    ['the queue is rate limited', { work: { jobs: 7, held: 'rate limited' } }, 'fine'],
    ['Redis cannot be asked', { work: undefined }, 'unknown'],
  ])('never fires while %s, and counts anew afterwards', (_what, look, verdict) => {
    expect(verdicts(times(50, look))).toEqual(Array(50).fill(verdict));
    const interrupted = [...times(6), look, ...times(6)];
    expect(verdicts(interrupted)).not.toContain('restart');
  });

  it('counts anew from each fetch, however much waits', () => {
    const looks = Array.from({ length: 30 }, (_, index) => ({ fetchedAt: START + 5 * index * PATIENCE.lookMs }));
    expect(verdicts(looks)).toEqual(Array(30).fill('starving'));
  });

  it('does not take a process that stood still for a consumer that does', () => {
    expect(verdicts(times(10), 4 * PATIENCE.lookMs)).toEqual(Array(10).fill('starving'));
  });
});
