import { QUEUE_NAMES, type QueueName } from '@dts/jobs';
import type { RedisClient } from './connection.js';
import type { QueueControl, QueueLimits } from './queue-control.js';
import { QueueInspector, type QueueSnapshot } from './queue-inspector.js';
import type { Queues } from './queues.js';
import { toUnreadable } from './redis-failure.js';
import { type QueueStatistics, StatisticsReader } from './statistics/statistics-reader.js';
import { type WorkerInfo, WorkerRegistry } from './worker-registry.js';

/** A queue as operators want to see it. */
export interface QueueRecord {
  readonly snapshot: QueueSnapshot;
  readonly statistics: QueueStatistics;
  readonly limits: QueueLimits;
  /** Processes that serve it. */
  readonly workers: number;
  /** Jobs that they can run at once. */
  readonly slots: number;
  /** Jobs that they run, by their own account: `active` counts those of workers that have died, too. */
  readonly busy: number;
}

/** All there is to know about queues, gathered for one look. Its cost does not grow with the backlog. */
export class QueueOverview {
  private readonly inspector: QueueInspector;
  private readonly statistics: StatisticsReader;
  private readonly registry: WorkerRegistry;

  constructor(
    queues: Queues,
    redis: RedisClient,
    prefix: string,
    private readonly control: QueueControl,
  ) {
    this.inspector = new QueueInspector(queues, redis);
    this.statistics = new StatisticsReader(redis, prefix);
    this.registry = new WorkerRegistry(redis, prefix);
  }

  /** @throws QueueError `unavailable` */
  async get(name: QueueName): Promise<QueueRecord> {
    const [record] = await this.read([name]);
    return record as QueueRecord;
  }

  /** @throws QueueError `unavailable` */
  list(): Promise<QueueRecord[]> {
    return this.read(QUEUE_NAMES);
  }

  /** With statistics of the last 10 to 20 seconds only: how it is now. @throws QueueError `unavailable` */
  now(): Promise<QueueRecord[]> {
    return this.read(QUEUE_NAMES, 1);
  }

  /** Sorted by id. @throws QueueError `unavailable` */
  workers(): Promise<WorkerInfo[]> {
    return this.registry.list().catch((error) => {
      throw toUnreadable(error);
    });
  }

  private async read(names: readonly QueueName[], slices?: number): Promise<QueueRecord[]> {
    const workers = await this.workers();
    return Promise.all(names.map((name) => this.readOne(name, workers, slices))).catch((error) => {
      throw toUnreadable(error);
    });
  }

  private async readOne(name: QueueName, workers: readonly WorkerInfo[], slices?: number): Promise<QueueRecord> {
    const [snapshot, statistics, limits] = await Promise.all([
      this.inspector.snapshot(name, 0),
      this.statistics.read(name, slices),
      this.control.limits(name),
    ]);
    const serving = workers.flatMap(({ queues }) => queues.filter(({ queue }) => queue === name));
    const [slots, busy] = [sum(serving.map((queue) => queue.slots)), sum(serving.map((queue) => queue.busy))];
    return { snapshot, statistics, limits, workers: serving.length, slots, busy };
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
