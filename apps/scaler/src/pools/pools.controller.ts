import type { QueueName } from '@dts/jobs';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { Board } from '../decisions/board.js';
import { ELECTION, type Election } from '../election/election.js';
import { refuseQuery } from '../http/parse.js';
import { PolicySource } from '../policy/policy-source.js';
import { Pools } from '../reconcile/pools.js';
import { Observer } from '../signal/observer.js';
import { Pins } from './pins.js';
import { toPoolView } from './pool.view.js';

/** What the scaler sees, what it wants, and why. From memory, so that it answers while Redis does not. */
@Controller('v1/pools')
export class PoolsController {
  constructor(
    private readonly pools: Pools,
    private readonly observer: Observer,
    private readonly board: Board,
    private readonly pins: Pins,
    private readonly policies: PolicySource,
    @Inject(ELECTION) private readonly election: Election,
  ) {}

  @Get()
  list(@Query() query: unknown) {
    refuseQuery(query);
    const pins = this.pins.standing(Date.now());
    const items = this.pools.list().map((pool) => {
      const { pool: name, queues } = pool.policy;
      const signals = queues.map((queue) => this.observer.of(queue as QueueName));
      return toPoolView(pool, signals, this.board.latest(name), pins.get(name));
    });
    const { source, loadedAt, problem } = this.policies;
    const policy = { source, loadedAt: new Date(loadedAt).toISOString(), problem: problem ?? null };
    return { items, leader: this.election.leader ?? null, leads: this.election.token !== undefined, policy, nextCursor: null };
  }
}
