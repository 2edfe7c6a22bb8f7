import { Loop, readRedisServer } from '@dts/queue';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Connections } from '../connections.js';
import { ELECTION, type Election } from '../election/election.js';
import { SCALER_ENV, type ScalerEnv } from '../env.js';
import { RedisServerMetrics } from './redis-server-metrics.js';

/** Looks after the Redis server while this scaler leads: one that tells is enough. */
@Injectable()
export class RedisServerWatch implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop = new Loop(() => this.look());

  constructor(
    @Inject(SCALER_ENV) private readonly env: ScalerEnv,
    @Inject(ELECTION) private readonly election: Election,
    private readonly connections: Connections,
    private readonly metrics: RedisServerMetrics,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  private async look(): Promise<number> {
    const { redis, prefix } = this.connections;
    const state = this.election.token === undefined ? undefined : await readRedisServer(redis, prefix).catch(() => undefined);
    if (state) this.metrics.publish(state, Date.now());
    else this.metrics.withdraw();
    return this.env.SIGNAL_INTERVAL;
  }
}
