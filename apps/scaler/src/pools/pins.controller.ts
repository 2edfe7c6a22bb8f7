import { AuditLog, explainFailure, QueueError } from '@dts/queue';
import type { ApiKey } from '@dts/runtime';
import { Body, Controller, Delete, HttpCode, Param, Put, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Access } from '../http/access.js';
import { parseBody, refuseQuery } from '../http/parse.js';
import { Problem } from '../http/problem.js';
import { Pools } from '../reconcile/pools.js';
import { Reconciler } from '../reconcile/reconciler.js';
import { Pins } from './pins.js';
import { toPinView } from './pool.view.js';

const WEEK_S = 7 * 24 * 3_600;

const UNCERTAIN = 'It may or may not have been changed, and doing it again is safe';

interface Change {
  readonly action: string;
  readonly target: string;
  readonly details: Readonly<Record<string, unknown>>;
}

const pinInput = z.strictObject({ replicas: z.int().min(0).max(1_000), forSeconds: z.int().min(1).max(WEEK_S) });

/** Operators' numbers: each goes before the load's until its time is over. Any scaler takes one, whoever leads. */
@Controller('v1/pools/:pool/pin')
export class PinsController {
  constructor(
    private readonly access: Access,
    private readonly pools: Pools,
    private readonly pins: Pins,
    private readonly audit: AuditLog,
    private readonly reconciler: Reconciler,
  ) {}

  @Put()
  async put(@Param('pool') pool: string, @Query() query: unknown, @Body() body: unknown, @Req() request: FastifyRequest) {
    const key = this.access.operator(request);
    refuseQuery(query);
    this.pools.require(pool);
    const { replicas, forSeconds } = parseBody(pinInput, body);
    const pin = { replicas, until: Date.now() + forSeconds * 1_000, by: key.id };
    const change = { action: 'pool.pin', target: pool, details: { replicas, until: pin.until } };
    await this.change(key, request.id, change, () => this.pins.set(pool, pin));
    return { pool, ...toPinView(pin) };
  }

  @Delete()
  @HttpCode(204)
  async remove(@Param('pool') pool: string, @Query() query: unknown, @Req() request: FastifyRequest): Promise<void> {
    const key = this.access.operator(request);
    refuseQuery(query);
    this.pools.require(pool);
    await this.change(key, request.id, { action: 'pool.unpin', target: pool, details: {} }, () => this.pins.remove(pool));
  }

  /** Logged before it is made, as every operator's change is: what cannot be logged is not made. */
  private async change({ id: keyId, tenant }: ApiKey, requestId: string, change: Change, make: () => Promise<void>): Promise<void> {
    try {
      const entry = await this.audit.append({ keyId, tenant, requestId, ...change });
      await make();
      await this.audit.conclude(entry, 'done').catch(() => undefined); // then its outcome stays unknown
    } catch (error) {
      throw new Problem('unavailable', error instanceof QueueError ? error.message : `${UNCERTAIN}: ${explainFailure(error as Error)}.`);
    }
    this.reconciler.lookNow();
  }
}
