import { beforeEach, describe, expect, it } from '@jest/globals';
import { decided } from '../fixtures/decided.js';
import { Board } from './board.js';

const { decision } = decided({ at: 5 });

describe('Board', () => {
  let board: Board;
  let told: number;

  beforeEach(() => {
    board = new Board();
    told = 0;
    board.keep(['io', 'cpu']);
  });

  const listen = () => board.subscribe('io', () => told++);

  it('has the last decision on each pool of the policy', () => {
    expect([board.pools(), board.latest('io')]).toEqual([['io', 'cpu'], undefined]);
    board.post(decision);
    board.post({ ...decision, pool: 'no-pool' });
    expect([board.latest('io'), board.latest('cpu'), board.latest('no-pool')]).toEqual([decision, undefined, undefined]);
  });

  it('tells of each new one, and when the pool is gone', () => {
    const stop = listen();
    board.post(decision);
    board.post(decision);
    board.keep(['io']);
    expect(told).toBe(1);
    board.post({ ...decision, at: 6 });
    board.keep([]);
    expect([told, board.latest('io')]).toEqual([3, undefined]);
    stop();
    board.keep(['io']);
    board.post(decision);
    expect(told).toBe(3);
  });
});
