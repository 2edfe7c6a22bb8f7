import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Opened, open } from './fixtures/open.js';
import { comparePlaces, type Place, type PlaceRange, readPlaces } from './ordered-set.js';

let opened: Opened;

beforeAll(async () => {
  opened = await open();
});
afterAll(() => opened[Symbol.dispose]());

const FIRSTS = ['lowest', 'highest'] as const;
const members = (places: readonly Place[]) => places.map(({ member }) => member);

async function store(key: string, places: readonly Place[]): Promise<void> {
  await opened.redis.del(key);
  if (places.length > 0) await opened.redis.zadd(key, ...places.flatMap(({ score, member }) => [score, member]));
}

async function readAll(key: string, range: PlaceRange, count: number): Promise<string[]> {
  const all: Place[] = [];
  for (let after: Place | undefined; ; ) {
    const places = await readPlaces(opened.redis, key, { ...range, after }, count);
    all.push(...places);
    if (places.length < count) return members(all);
    after = places.at(-1);
  }
}

describe('readPlaces', () => {
  it.each(FIRSTS)('reads each member once, in order, whatever the scores and the size of the parts (%s first)', async (first) => {
    const key = `${opened.prefix}:${first}`;
    const entry = fc.record({
      score: fc.integer({ min: 0, max: 4 }),
      member: fc.string({ unit: fc.constantFrom('a', 'b', '_', '9'), minLength: 1 }),
    });
    const bound = fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(entry, { selector: ({ member }) => member }),
        fc.integer({ min: 1, max: 5 }),
        bound,
        bound,
        async (places, count, from, before) => {
          await store(key, places);
          const wanted = places.filter(({ score }) => score >= (from ?? 0) && score < (before ?? 6)).sort(comparePlaces(first));
          expect(await readAll(key, { first, from, before }, count)).toEqual(members(wanted));
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each(FIRSTS)('goes on where it was although the member there is gone, and sees what came behind it (%s first)', async (first) => {
    const key = `${opened.prefix}:moving`;
    const ids = Array.from({ length: 40 }, (_unused, index) => `m${String(index).padStart(2, '0')}`);
    await store(
      key,
      ids.map((member) => ({ score: 7, member })),
    );
    const order = first === 'lowest' ? ids : ids.toReversed();
    const part = await readPlaces(opened.redis, key, { first }, 10);
    expect(members(part)).toEqual(order.slice(0, 10));
    await opened.redis.zrem(key, ...members(part));
    const rest = await readPlaces(opened.redis, key, { first, after: part.at(-1) }, 100);
    expect(members(rest)).toEqual(order.slice(10));
  });
});
