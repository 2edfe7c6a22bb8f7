import { expect, it } from '@jest/globals';
import { load, NOW, policy, pool } from '../fixtures/pool.js';
import { noteAges } from './stuck.js';

const note = (oldestMs: number | null, before: Parameters<typeof noteAges>[1], now: number) =>
  noteAges(pool({ queues: [load({ oldestMs })] }), before, policy(), now);
const noted = { io: { at: NOW, value: 30_000 } };

it('notes the age of the oldest job for a period of scaling up, in which the workers that were added could change it', () => {
  expect(note(30_000, {}, NOW)).toEqual(noted);
  expect(note(44_999, noted, NOW + 14_999)).toEqual(noted);
  expect(note(45_000, noted, NOW + 15_000)).toEqual({ io: { at: NOW + 15_000, value: 45_000 } });
});

it('notes it anew after the clock was set back', () => {
  expect(note(20_000, noted, NOW - 1)).toEqual({ io: { at: NOW - 1, value: 20_000 } });
});

it('forgets it when nothing waits', () => {
  expect(note(null, noted, NOW + 1)).toEqual({});
});
