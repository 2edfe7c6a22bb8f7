import { explainFailure } from '@dts/queue';
import { Controller, Get, Query } from '@nestjs/common';
import { z } from 'zod';
import { parseQuery } from '../http/parse.js';
import { Problem } from '../http/problem.js';
import { toDecisionView } from '../pools/pool.view.js';
import { Pools } from '../reconcile/pools.js';
import { type DecisionPage, DecisionStore } from './decision-store.js';

const MOST_ITEMS = 100;
const MOST_U64 = 2n ** 64n - 1n;

/** Ids in a stream of Redis: two numbers of 64 bits. */
const isStreamId = (text: string) => /^\d{1,20}-\d{1,20}$/.test(text) && text.split('-').every((part) => BigInt(part) <= MOST_U64);

const query = z.strictObject({
  pool: z.string().min(1, 'give the name of a pool').optional(),
  limit: z.coerce
    .number(`give a number from 1 to ${MOST_ITEMS}`)
    .int(`give a whole number from 1 to ${MOST_ITEMS}`)
    .min(1, 'give at least 1')
    .max(MOST_ITEMS, `give at most ${MOST_ITEMS}`)
    .default(50),
  /** The id of a decision. */
  cursor: z.string().refine(isStreamId, 'give the nextCursor of an answer, as it is').optional(),
});

/** What was decided, with all that it was decided from: the newest first. */
@Controller('v1/decisions')
export class DecisionsController {
  constructor(
    private readonly store: DecisionStore,
    private readonly pools: Pools,
  ) {}

  @Get()
  async list(@Query() given: unknown) {
    const { pool, limit, cursor } = parseQuery(query, given);
    const page = await this.store.list(limit, pool, cursor).catch((error: Error) => {
      throw new Problem('unavailable', `The log of decisions cannot be read: ${explainFailure(error)}.`);
    });
    if (pool !== undefined && isEmpty(page) && cursor === undefined) this.pools.require(pool);
    return { items: page.items.map(toDecisionView), nextCursor: page.next };
  }
}

function isEmpty({ items, next }: DecisionPage): boolean {
  return items.length === 0 && next === null;
}
