import { QUEUE_NAMES, type QueueName } from '@dts/jobs';
import { explainFailure, QueueControl, QueueInspector, StatisticsReader } from '@dts/queue';
import { Injectable } from '@nestjs/common';
import { Connections } from '../connections.js';
import { SignalPublisher } from './publisher.js';
import { missed, observed, type Reading, type Signal } from './signal.js';

/** Reads queues, and keeps the latest signal of each. */
@Injectable()
export class Observer {
  private readonly inspector: QueueInspector;
  private readonly control: QueueControl;
  private readonly statistics: StatisticsReader;
  private readonly signals = new Map<QueueName, Signal>();

  constructor(
    { queues, redis, prefix }: Connections,
    private readonly publisher: SignalPublisher,
  ) {
    this.inspector = new QueueInspector(queues, redis);
    this.control = new QueueControl(queues, redis);
    this.statistics = new StatisticsReader(redis, prefix);
  }

  latest(): Signal[] {
    return QUEUE_NAMES.map((queue) => this.of(queue));
  }

  of(queue: QueueName): Signal {
    return this.signals.get(queue) ?? missed(undefined, queue, 'not read yet');
  }

  /** Never rejects: a reading that fails is a signal, too. @param horizonMs within which delayed jobs count as due */
  async read(queue: QueueName, horizonMs: number): Promise<void> {
    const previous = this.signals.get(queue);
    const signal = await this.reading(queue, horizonMs).then(
      (reading) => observed(previous, reading),
      (error: Error) => missed(previous, queue, explainFailure(error)),
    );
    this.signals.set(queue, signal);
    this.publisher.publish(signal);
  }

  /** Jobs of a queue that could start now. @throws when Redis does not answer */
  waiting(queue: QueueName): Promise<number> {
    return this.inspector.waiting(queue);
  }

  private async reading(queue: QueueName, horizonMs: number): Promise<Reading> {
    const [snapshot, limits, runs] = await Promise.all([
      this.inspector.snapshot(queue, horizonMs),
      this.control.limits(queue),
      this.statistics.recentRuns(queue),
    ]);
    return { snapshot, limits, runs };
  }
}
