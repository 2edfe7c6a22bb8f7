import { QUEUE_NAMES, type QueueName } from '@dts/jobs';
import { connectProducer, keyPrefix, Loop, openQueues, QueueInspector, type RedisClient } from '@dts/queue';
import { LOGGER, type Logger } from '@dts/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SCALER_ENV, type ScalerEnv } from '../env.js';
import { SignalPublisher } from './publisher.js';
import { missed, observed, type Signal } from './signal.js';

/** Milliseconds until a reading that failed is tried again: Redis is mostly back long before the next one is due. */
const RETRY_MS = 500;

/** Reads every queue again and again, and keeps the latest signal of each. */
@Injectable()
export class Observer implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly redis: RedisClient;
  private readonly inspector: QueueInspector;
  private readonly signals = new Map<QueueName, Signal>();
  private readonly loop = new Loop(() => this.round());

  constructor(
    @Inject(SCALER_ENV) private readonly env: ScalerEnv,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly publisher: SignalPublisher,
  ) {
    this.redis = connectProducer(env.REDIS_URL, this.logError);
    this.inspector = new QueueInspector(openQueues(this.redis, keyPrefix(env.REDIS_URL, env.QUEUE_PREFIX), this.logError), this.redis);
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  onModuleDestroy(): void {
    void this.loop.stop();
    this.redis.disconnect();
  }

  latest(): Signal[] {
    return QUEUE_NAMES.map((queue) => this.signals.get(queue) ?? missed(undefined, queue, 'not read yet'));
  }

  /** @returns milliseconds until the next one */
  private async round(): Promise<number> {
    const signals = await Promise.all(QUEUE_NAMES.map((queue) => this.read(queue)));
    const missing = signals.some((signal) => signal.state === 'unknown');
    return missing ? Math.min(RETRY_MS, this.env.SIGNAL_INTERVAL) : this.env.SIGNAL_INTERVAL;
  }

  /** Never rejects: a reading that fails is a signal, too. */
  private async read(queue: QueueName): Promise<Signal> {
    const previous = this.signals.get(queue);
    const signal = await this.inspector.snapshot(queue, this.env.COLD_START).then(
      (snapshot) => observed(previous, snapshot),
      (error: Error) => missed(previous, queue, error.message),
    );
    this.signals.set(queue, signal);
    this.publisher.publish(signal);
    return signal;
  }

  private readonly logError = (error: Error): void => {
    if (!this.loop.isStopped) this.logger.error(`Redis: ${error.message}`);
  };
}
