import type { RedisServerState } from '@dts/queue';
import { METRICS } from '@dts/runtime';
import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter, Gauge } from 'prom-client';

/** Publishes what a Redis tells of itself as metrics. */
@Injectable()
export class RedisServerMetrics {
  private runId?: string;

  constructor(
    @InjectMetric(METRICS.redisMemory.name) private readonly memory: Gauge,
    @InjectMetric(METRICS.redisMaxMemory.name) private readonly maxMemory: Gauge,
    @InjectMetric(METRICS.redisAofEnabled.name) private readonly aofEnabled: Gauge,
    @InjectMetric(METRICS.redisAofWritable.name) private readonly aofWritable: Gauge,
    @InjectMetric(METRICS.redisAofSynced.name) private readonly aofSynced: Gauge,
    @InjectMetric(METRICS.redisRewriting.name) private readonly rewriting: Gauge,
    @InjectMetric(METRICS.redisClients.name) private readonly clients: Gauge,
    @InjectMetric(METRICS.redisReplicas.name) private readonly replicas: Gauge,
    @InjectMetric(METRICS.redisStart.name) private readonly start: Gauge,
    @InjectMetric(METRICS.redisDelayedFsyncs.name) private readonly delayedFsyncs: Counter,
    @InjectMetric(METRICS.redisCommands.name) private readonly commands: Counter,
    @InjectMetric(METRICS.redisCpu.name) private readonly cpu: Counter,
    @InjectMetric(METRICS.redisEvicted.name) private readonly evicted: Counter,
  ) {
    this.withdraw();
  }

  /** @param at Unix milliseconds at which it was read */
  publish(state: RedisServerState, at: number): void {
    this.memory.set(state.memoryUsed);
    this.maxMemory.set(state.memoryMax);
    this.aofEnabled.set(state.aofEnabled ? 1 : 0);
    this.aofWritable.set(state.aofLastWriteOk ? 1 : 0);
    this.rewriting.set(state.aofRewriting ? 1 : 0);
    if (state.aofEnabled && state.aofLastWriteOk && state.aofPendingFsyncs === 0) this.aofSynced.set(at / 1_000);
    this.clients.set(state.clients);
    this.replicas.set(state.replicas);
    this.publishStart(state, at);
    setTotal(this.delayedFsyncs, state.aofDelayedFsyncs);
    setTotal(this.commands, state.commandsTotal);
    setTotal(this.cpu, state.cpuSeconds);
    setTotal(this.evicted, state.evictedKeys);
  }

  /** Nothing is known, or another scaler tells. */
  withdraw(): void {
    const gauges = [this.memory, this.maxMemory, this.aofEnabled, this.aofWritable, this.aofSynced, this.rewriting];
    const more = [this.clients, this.replicas, this.start, this.delayedFsyncs, this.commands, this.cpu, this.evicted];
    for (const metric of [...gauges, ...more]) metric.remove({});
    this.runId = undefined;
  }

  /** Once for each start: worked out anew from whole seconds it would change again and again. */
  private publishStart({ runId, uptimeSeconds }: RedisServerState, at: number): void {
    if (runId === this.runId) return;
    this.runId = runId;
    this.start.set(Math.round(at / 1_000 - uptimeSeconds));
  }
}

/** Redis counts, and begins anew when it is started: what a counter of Prometheus may do. */
function setTotal(counter: Counter, total: number): void {
  counter.reset();
  counter.inc(total);
}
