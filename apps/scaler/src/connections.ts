import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { connectProducer, connectWorker, keyPrefix, openQueues, type Queues, type RedisClient } from '@dts/queue';
import { errorLines, LOGGER, type Logger } from '@dts/runtime';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { SCALER_ENV, type ScalerEnv } from './env.js';

/** This process's way to Redis, and its name there. */
@Injectable()
export class Connections implements OnApplicationShutdown {
  /** Of this process and no other. */
  readonly id = `${hostname()}:${process.pid}:${randomBytes(3).toString('hex')}`;
  readonly prefix: string;
  /** Fails fast: what is not known within a second is unknown. */
  readonly redis: RedisClient;
  /** Only listens. */
  readonly listener: RedisClient;
  readonly queues: Queues;
  private readonly tell: (error: Error) => void;
  private ended = false;

  constructor(@Inject(SCALER_ENV) env: ScalerEnv, @Inject(LOGGER) logger: Logger) {
    this.tell = errorLines('Redis', (line) => logger.error(line));
    this.prefix = keyPrefix(env.REDIS_URL, env.QUEUE_PREFIX);
    this.redis = connectProducer(env.REDIS_URL, this.logError);
    this.listener = connectWorker(env.REDIS_URL, this.logError);
    this.queues = openQueues(this.redis, this.prefix, this.logError);
  }

  onApplicationShutdown(): void {
    this.ended = true;
    this.redis.disconnect();
    this.listener.disconnect();
  }

  private readonly logError = (error: Error): void => {
    if (!this.ended) this.tell(error);
  };
}
