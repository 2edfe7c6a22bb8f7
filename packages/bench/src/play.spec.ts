import { describe, expect, it } from '@jest/globals';
import { play } from './play.js';
import type { Contender, Lineup } from './workload.js';

/** Writes down what is asked of it; each round's figure is its place in that list. */
function recordedLineup() {
  const log: string[] = [];
  const contender = (name: string): Contender => ({
    name,
    does: '',
    warmUp: async () => {
      log.push(`${name} warms up`);
    },
    run: async () => ({ rate: log.push(`${name} runs`) }),
  });
  const lineup: Lineup = {
    contenders: [contender('A'), contender('B'), contender('C')],
    reset: async () => {
      log.push('reset');
    },
    [Symbol.asyncDispose]: async () => {},
  };
  return { lineup, log };
}

describe('play', () => {
  it('warms all up, then lets them take turns, each from an empty start', async () => {
    const { lineup, log } = recordedLineup();
    await play(lineup, 2, new AbortController().signal, () => {});
    const turns = ['A warms up', 'B warms up', 'C warms up', 'A runs', 'B runs', 'C runs', 'A runs', 'B runs', 'C runs'];
    expect(log).toEqual(turns.flatMap((turn) => ['reset', turn]));
  });

  it('returns and tells every round but the warm-up', async () => {
    const { lineup } = recordedLineup();
    const told: string[] = [];
    const rounds = await play(lineup, 2, new AbortController().signal, ({ name }, round, { rate }) => {
      told.push(`${name}${round} ${rate}`);
    });
    expect(rounds).toEqual([
      { A: { rate: 8 }, B: { rate: 10 }, C: { rate: 12 } },
      { A: { rate: 14 }, B: { rate: 16 }, C: { rate: 18 } },
    ]);
    expect(told).toEqual(['A1 8', 'B1 10', 'C1 12', 'A2 14', 'B2 16', 'C2 18']);
  });

  it('stops between turns when it is told to', async () => {
    const { lineup, log } = recordedLineup();
    const stopping = new AbortController();
    const running = play(lineup, 3, stopping.signal, () => stopping.abort(new Error('Stopped.')));
    await expect(running).rejects.toThrow('Stopped.');
    expect(log.filter((entry) => entry.endsWith('runs'))).toEqual(['A runs']);
  });
});
