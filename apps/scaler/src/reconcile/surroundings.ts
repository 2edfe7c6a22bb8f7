import { QUEUE_NAMES, type QueueName } from '@dts/jobs';
import { explainFailure, readNextRuns, type WorkerInfo, WorkerRegistry } from '@dts/queue';
import type { PoolPolicy } from '@dts/scaling';
import { Inject, Injectable } from '@nestjs/common';
import { Connections } from '../connections.js';
import { SCALER_ENV, type ScalerEnv } from '../env.js';
import { FleetPublisher } from '../signal/fleet-publisher.js';
import { Observer } from '../signal/observer.js';
import type { Surroundings } from './pool-reconciler.js';

/** Beyond what a worker takes to start: no pool goes to zero when a schedule is due so soon. */
const SCHEDULE_MARGIN_MS = 30_000;

/** Reads all that pools are judged by, once for all of them. */
@Injectable()
export class SurroundingsReader {
  private readonly registry: WorkerRegistry;

  constructor(
    @Inject(SCALER_ENV) private readonly env: ScalerEnv,
    private readonly observer: Observer,
    private readonly fleet: FleetPublisher,
    private readonly connections: Connections,
  ) {
    this.registry = new WorkerRegistry(connections.redis, connections.prefix);
  }

  /** Never rejects: what cannot be read is not known. */
  async read(policies: readonly PoolPolicy[]): Promise<Omit<Surroundings, 'token'>> {
    const at = Date.now();
    const [workers, nextRuns] = await Promise.all([this.workers(), this.nextRuns(policies), this.queues(policies)]);
    this.fleet.publish(workers, at);
    return {
      at,
      workers,
      nextRuns,
      choices: this.env.QUEUES,
      signalOf: (queue) => this.observer.of(queue),
      intervalMs: this.env.SIGNAL_INTERVAL,
    };
  }

  private workers(): Promise<readonly WorkerInfo[] | Error> {
    return this.registry.list().catch((error: Error) => new Error(explainFailure(error), { cause: error }));
  }

  /** A schedule that is not known of keeps no worker: its run wakes the pool like any job. */
  private nextRuns(policies: readonly PoolPolicy[]): Promise<ReadonlyMap<QueueName, number>> {
    const { redis, prefix } = this.connections;
    const horizonMs = Math.max(0, ...policies.map(({ coldStart }) => coldStart)) + SCHEDULE_MARGIN_MS;
    return readNextRuns(redis, prefix, horizonMs).catch(() => new Map());
  }

  private async queues(policies: readonly PoolPolicy[]): Promise<void> {
    const horizonMs = (queue: QueueName) =>
      Math.max(0, ...policies.flatMap(({ queues, coldStart }) => (queues.includes(queue) ? coldStart : [])));
    await Promise.all(QUEUE_NAMES.map((queue) => this.observer.read(queue, horizonMs(queue))));
  }
}
