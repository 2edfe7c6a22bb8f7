import { Controller, Get, Query } from '@nestjs/common';
import { z } from 'zod';
import { parseQuery } from '../http/parse.js';
import { Problem } from '../http/problem.js';
import { toDecisionView } from '../pools/pool.view.js';
import { DecisionStore } from './decision-store.js';

const query = z.strictObject({
  pool: z.string().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  /** The id of a decision. */
  cursor: z.stringFormat('cursor', /^\d+-\d+$/).optional(),
});

/** What was decided, with all that it was decided from: the newest first. */
@Controller('v1/decisions')
export class DecisionsController {
  constructor(private readonly store: DecisionStore) {}

  @Get()
  async list(@Query() given: unknown) {
    const { pool, limit, cursor } = parseQuery(query, given);
    const { items, next } = await this.store.list(limit, pool, cursor).catch((error: Error) => {
      throw new Problem('unavailable', `The log of decisions cannot be read: ${error.message}`);
    });
    return { items: items.map(toDecisionView), nextCursor: next };
  }
}
