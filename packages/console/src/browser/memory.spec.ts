import { describe, expect, it } from '@jest/globals';
import type { Decision } from '../feed.js';
import { LOOK_BACK_MS, Memory } from './memory.js';

const moment = (at: number) => ({ at, queues: [] });
const decision = (id: string, current: number | null, desired: number | null): Decision => ({
  id,
  pool: 'io',
  at: 1,
  current,
  desired,
  reason: '',
});

describe('Memory', () => {
  it('has what charts look back at, and nothing twice', () => {
    const memory = new Memory();
    memory.begin([moment(1), moment(2)]);
    memory.add(moment(2), []);
    memory.add(moment(3), []);
    expect(memory.moments.map(({ at }) => at)).toEqual([1, 2, 3]);
    memory.add(moment(LOOK_BACK_MS + 2), []);
    expect(memory.moments.map(({ at }) => at)).toEqual([2, 3, LOOK_BACK_MS + 2]);
  });

  it('tells decisions that change something, the newest first', () => {
    const memory = new Memory();
    memory.add(moment(1), [decision('a', 1, 2), decision('b', 2, 2), decision('c', null, null)]);
    memory.add(moment(2), [decision('d', 2, 1), decision('e', null, 3)]);
    expect(memory.changes().map(({ id }) => id)).toEqual(['e', 'd', 'a']);
    memory.add(moment(3), [decision('f', null, 3), decision('g', null, 3), decision('h', 3, 4)]);
    expect(memory.changes().map(({ id }) => id)).toEqual(['h', 'e', 'd', 'a']);
    memory.begin([]);
    expect(memory.changes()).toEqual([]);
  });
});
