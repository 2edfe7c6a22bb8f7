import { describe, expect, it } from '@jest/globals';
import { compare } from './compare.js';
import type { Pair, Subject } from './workload.js';

const PLAN = { rounds: 3, seconds: 6, warmUpSeconds: 2 };

/** Writes down what is asked of it; each round's figure is its place in that list. */
function recordedPair() {
  const log: string[] = [];
  const subject = (name: string): Subject => ({
    name,
    does: '',
    run: async (seconds) => ({ rate: log.push(`${name} ${seconds} s`) }),
  });
  const pair: Pair = {
    product: subject('A'),
    peer: subject('B'),
    reset: async () => {
      log.push('reset');
    },
    [Symbol.asyncDispose]: async () => {},
  };
  return { pair, log };
}

describe('compare', () => {
  it('warms both up, then lets them take turns, each from an empty start', async () => {
    const { pair, log } = recordedPair();
    await compare(pair, PLAN, new AbortController().signal, () => {});
    const turns = ['A 6 s', 'B 6 s', 'A 6 s', 'B 6 s', 'A 6 s', 'B 6 s'];
    expect(log).toEqual(['A 2 s', 'B 2 s', ...turns].flatMap((run) => ['reset', run]));
  });

  it('returns and tells every round but the warm-up', async () => {
    const { pair } = recordedPair();
    const told: string[] = [];
    const comparison = await compare(pair, PLAN, new AbortController().signal, ({ name }, round, { rate }) => {
      told.push(`${name}${round} ${rate}`);
    });
    expect(comparison).toEqual({
      product: [{ rate: 6 }, { rate: 10 }, { rate: 14 }],
      peer: [{ rate: 8 }, { rate: 12 }, { rate: 16 }],
    });
    expect(told).toEqual(['A1 6', 'B1 8', 'A2 10', 'B2 12', 'A3 14', 'B3 16']);
  });

  it('stops between rounds when it is told to', async () => {
    const { pair, log } = recordedPair();
    const stopping = new AbortController();
    const running = compare(pair, PLAN, stopping.signal, () => stopping.abort(new Error('Stopped.')));
    await expect(running).rejects.toThrow('Stopped.');
    expect(log.filter((entry) => entry === 'A 6 s')).toHaveLength(1);
    expect(log).not.toContain('B 6 s');
  });
});
