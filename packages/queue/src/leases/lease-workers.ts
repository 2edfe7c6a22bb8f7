import type { LeasedQueueName } from '@dts/jobs';
import type { RedisClient } from '../connection.js';
import { Drains } from '../drains.js';
import { WorkerRegistry } from '../worker-registry.js';
import type { LeaseWorker } from './lease.js';

/** Tells the registry of workers that lease, as they cannot themselves. */
export class LeaseWorkers {
  private readonly registry: WorkerRegistry;
  private readonly drains: Drains;

  constructor(redis: RedisClient, prefix: string) {
    this.registry = new WorkerRegistry(redis, prefix);
    this.drains = new Drains(redis, prefix);
  }

  /** The worker was heard of. @returns whether it is wished to drain */
  async heard(worker: LeaseWorker, queues: readonly LeasedQueueName[]): Promise<boolean> {
    const { id, host, pid, version, slots, busy, memoryBytes, startedAt } = worker;
    const draining = await this.isWishedToDrain(id);
    await this.registry.beat({
      id,
      host,
      pid,
      version,
      queues: queues.map((queue) => ({ queue, slots, busy })),
      eventLoopDelayMs: 0,
      memoryBytes,
      startedAt,
      heartbeatAt: Date.now(),
      draining,
      ...(draining && busy === 0 && { drained: true }),
    });
    return draining;
  }

  /** It waits still, and may have told better of itself since. @returns whether it is wished to drain */
  async waits(worker: LeaseWorker, queues: readonly LeasedQueueName[]): Promise<boolean> {
    const [isKept, draining] = await Promise.all([this.registry.keep(worker.id), this.isWishedToDrain(worker.id)]);
    return isKept && !draining ? false : this.heard(worker, queues);
  }

  isWishedToDrain(id: string): Promise<boolean> {
    return this.drains.isWanted(id);
  }
}
