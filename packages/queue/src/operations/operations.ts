import { randomBytes } from 'node:crypto';
import type { RedisClient } from '../connection.js';
import { DeadSet } from '../dead-letters/dead-set.js';
import { QueueError } from '../errors.js';
import { fingerprint } from '../fingerprint.js';
import { base32, idempotencyDigest } from '../job-id.js';
import { operationNotFound } from '../not-found.js';
import type { Place } from '../ordered-set.js';
import type { Queues } from '../queues.js';
import { toUnavailable, toUnreadable } from '../redis-failure.js';
import type { Replication } from '../replication.js';
import type { Operation, OperationSpec } from './operation.js';
import { OperationStore } from './operation-store.js';

export interface OperationPage {
  readonly items: readonly Operation[];
  /** Where the next page starts; undefined after the last. */
  readonly next?: Place;
}

/** Starts, reads and cancels operations. A change resolves once it is on disk, and, with `replication`, on the replicas. */
export class Operations {
  private readonly store: OperationStore;
  private readonly dead: DeadSet;

  constructor(
    queues: Queues,
    redis: RedisClient,
    prefix: string,
    private readonly replication?: Replication,
  ) {
    this.store = new OperationStore(redis, prefix);
    this.dead = new DeadSet(queues, redis);
  }

  /**
   * @param idempotencyKey makes repeating safe as long as the operation is kept: a week after its end
   * @throws QueueError `idempotency-conflict`, `too-many-operations`, `unavailable`, `outcome-unknown`
   */
  async start(spec: OperationSpec, idempotencyKey?: string): Promise<{ outcome: 'created' | 'replayed'; operation: Operation }> {
    const id = idFor(spec.tenant, idempotencyKey);
    const { createdBy: _who, ...what } = spec;
    const print = fingerprint(what);
    const started = await this.change(id, async () => this.store.start(id, print, spec, await this.dead.count(spec.filter)));
    if (started === 'too-many') {
      throw new QueueError('too-many-operations', 'Too many operations of this tenant run: wait for one to end, or cancel one.');
    }
    const found = await this.find(id);
    if (found.print !== print) {
      throw new QueueError('idempotency-conflict', `The Idempotency-Key was used before, for another operation (${id}).`);
    }
    return { outcome: started === 'started' ? 'created' : 'replayed', operation: found.operation };
  }

  /** @throws QueueError `operation-not-found`, `unavailable` */
  async get(id: string): Promise<Operation> {
    return (await this.find(id)).operation;
  }

  /** The newest first; of one tenant, or of all. @throws QueueError `unavailable` */
  async list(limit: number, tenant: string | undefined, after?: Place): Promise<OperationPage> {
    try {
      const { places, items } = await this.store.list(limit, tenant, after);
      return places.length < limit ? { items } : { items, next: places.at(-1) };
    } catch (error) {
      throw toUnreadable(error);
    }
  }

  /**
   * What it has done stays done. Cancelling twice is fine.
   * @throws QueueError `operation-not-found`, `operation-finished`, `unavailable`, `outcome-unknown`
   */
  async cancel(id: string): Promise<Operation> {
    const operation = await this.get(id);
    await this.change(id, () => this.store.finish(operation, 'cancelled'));
    const after = await this.get(id);
    if (after.state === 'cancelled') return after;
    throw new QueueError('operation-finished', `The operation has ended already: it is ${after.state}.`);
  }

  private async find(id: string) {
    const found = await (ID.test(id) ? this.store.read(id) : undefined)?.catch((error) => {
      throw toUnreadable(error);
    });
    if (found) return found;
    throw operationNotFound(id);
  }

  private async change<T>(id: string, make: () => Promise<T>): Promise<T> {
    try {
      await this.replication?.require();
      const made = await make();
      if (made !== 'too-many') await this.replication?.confirm(this.store.keyOf(id));
      return made;
    } catch (error) {
      throw error instanceof QueueError ? error : toUnavailable(error);
    }
  }
}

/** Part of a Redis key. */
const ID = /^op_[0-9a-z]{26}$/;

function idFor(tenant: string, idempotencyKey: string | undefined): string {
  return `op_${base32(idempotencyKey === undefined ? randomBytes(16) : idempotencyDigest(tenant, idempotencyKey))}`;
}
