import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Cohorts } from './cohorts.js';

interface Played {
  readonly dead: Set<number>;
  readonly done: Set<number>;
  deaths: number;
  mostAtOnce: number;
  readonly starts: Map<number, number>;
}

/** Runs the cohorts as processes would: one with a poisonous member dies, any other lets all its members finish. */
function play(newcomers: readonly number[][], poisons: ReadonlySet<number>, mostHalves: number): Played {
  const cohorts = new Cohorts<number>(mostHalves);
  const running = new Set<ReturnType<typeof cohorts.start>[number]>();
  const played: Played = { dead: new Set(), done: new Set(), deaths: 0, mostAtOnce: 0, starts: new Map() };
  const arrivals = [...newcomers];
  for (;;) {
    for (const suspect of arrivals.shift() ?? []) cohorts.admit(suspect);
    for (const cohort of cohorts.start()) running.add(cohort);
    played.mostAtOnce = Math.max(played.mostAtOnce, running.size);
    const [cohort] = running;
    if (!cohort) {
      if (arrivals.length > 0) continue;
      return played;
    }
    running.delete(cohort);
    const members = [...cohort.members];
    for (const member of members) played.starts.set(member, (played.starts.get(member) ?? 0) + 1);
    if (members.some((member) => poisons.has(member))) {
      played.deaths++;
      cohorts.died(cohort);
      for (const member of members) if (!cohorts.of(member)) played.dead.add(member);
    } else {
      for (const member of members) {
        cohorts.leave(member);
        played.done.add(member);
      }
    }
  }
}

const suspects = fc.uniqueArray(fc.integer({ min: 0, max: 999 }), { minLength: 1, maxLength: 300 });
const cases = fc.record({
  suspects,
  poisonous: fc.func(fc.boolean()),
  batch: fc.integer({ min: 1, max: 300 }),
  mostHalves: fc.integer({ min: 1, max: 4 }),
});

function batches(all: readonly number[], size: number): number[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));
}

describe('Cohorts', () => {
  it('finds exactly those to blame, whoever comes when', () => {
    fc.assert(
      fc.property(cases, ({ suspects: all, poisonous, batch, mostHalves }) => {
        const poisons = new Set(all.filter((suspect) => poisonous(suspect)));
        const { dead, done, mostAtOnce } = play(batches(all, batch), poisons, mostHalves);
        expect(dead).toEqual(poisons);
        expect(done).toEqual(new Set(all.filter((suspect) => !poisons.has(suspect))));
        expect(mostAtOnce).toBeLessThanOrEqual(mostHalves + 1);
      }),
    );
  });

  it('finds one among many after as many deaths as they can be halved, and starts nobody more often', () => {
    fc.assert(
      fc.property(suspects, fc.nat(), (all, pick) => {
        const poison = all[pick % all.length] ?? 0;
        const { deaths, starts } = play([all], new Set([poison]), 3);
        const bound = Math.ceil(Math.log2(all.length)) + 1;
        expect(deaths).toBeLessThanOrEqual(bound);
        expect(Math.max(...starts.values())).toBeLessThanOrEqual(bound);
      }),
    );
  });

  it('does not blame the last one left of a larger company: another may have left something behind', () => {
    const cohorts = new Cohorts<string>(3);
    cohorts.admit('culprit');
    cohorts.admit('innocent');
    const [first] = cohorts.start();
    cohorts.leave('culprit');
    if (first) cohorts.died(first);
    expect(cohorts.of('innocent')?.members).toEqual(new Set(['innocent']));
    expect(cohorts.start()).toEqual([cohorts.of('innocent')]);
  });

  it('lets newcomers join who runs already, and never a half', () => {
    const cohorts = new Cohorts<string>(3);
    cohorts.admit('a');
    const [first] = cohorts.start();
    cohorts.admit('b');
    expect(cohorts.of('b')).toBe(first);
    if (first) cohorts.died(first);
    cohorts.admit('c');
    expect(cohorts.of('c')?.members).toEqual(new Set(['c']));
  });

  it('starts again what could not be run', () => {
    const cohorts = new Cohorts<string>(3);
    cohorts.admit('a');
    const [first] = cohorts.start();
    expect(cohorts.start()).toEqual([]);
    if (first) cohorts.failed(first);
    expect(cohorts.start()).toEqual([first]);
  });
});
