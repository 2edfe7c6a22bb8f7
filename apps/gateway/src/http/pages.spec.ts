import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { Cursors } from './cursors.js';
import { type Listing, Pages } from './pages.js';

const key = randomBytes(32);
const pages = new Pages(new Cursors({ read: async () => key }));

/** The numbers from 1 to 5, of which those that are even are left out: pages may be short. */
const odd = (changes: Partial<Listing<number, number>> = {}): Listing<number, number> => ({
  of: ['numbers'],
  position: z.int(),
  read: async (limit, after = 0) => {
    const last = Math.min(after + limit, 5);
    const items = [1, 2, 3, 4, 5].slice(after, last).filter((number) => number % 2 === 1);
    return last < 5 ? { items, next: last } : { items };
  },
  ...changes,
});

describe('Pages', () => {
  it('lead from page to page to the end, whatever their length', async () => {
    const found: number[] = [];
    let cursor: string | undefined;
    for (const limit of [2, 1, 2]) {
      const page = await pages.page({ limit, cursor }, odd());
      found.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    }
    expect([found, cursor]).toEqual([[1, 3, 5], undefined]);
  });

  it.each([
    ['of another list', odd({ of: ['letters'] })],
    ['whose position another version wrote', odd({ position: z.string() as never })],
  ])('refuse a cursor %s', async (_what, other) => {
    const { nextCursor } = await pages.page({ limit: 2 }, odd());
    const page = pages.page({ limit: 2, cursor: nextCursor ?? '' }, other);
    await expect(page).rejects.toMatchObject({ code: 'invalid-request', details: { errors: [{ parameter: 'cursor' }] } });
  });
});
