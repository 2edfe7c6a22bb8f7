import { readFileSync } from 'node:fs';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy, type Provider } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Gauge, Histogram } from 'prom-client';
import { METRICS } from './catalogue.js';
import { gauge, histogram, METRICS_ON } from './providers.js';

/** What every app tells of itself: who it is, and how it gets on with Redis. */
export interface ProcessProbe {
  readonly app: string;
  /** Sends a command of no weight. @returns whether it was answered in time; never rejects */
  readonly isAnswering: () => Promise<boolean>;
}

export const PROCESS_PROBE = Symbol('PROCESS_PROBE');

const PROBE_MS = 1_000;

/** All packages have one version. */
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };

/** One command a second, timed: what the others take is told by it, and none of them costs more for being measured. */
@Injectable()
class ProcessMetrics implements OnApplicationBootstrap, OnModuleDestroy {
  private timer?: NodeJS.Timeout;

  constructor(
    @Inject(PROCESS_PROBE) private readonly probe: ProcessProbe,
    @Inject(METRICS_ON) private readonly isOn: boolean,
    @InjectMetric(METRICS.buildInfo.name) private readonly build: Gauge,
    @InjectMetric(METRICS.redisConnected.name) private readonly connected: Gauge,
    @InjectMetric(METRICS.redisSeconds.name) private readonly seconds: Histogram,
  ) {}

  onApplicationBootstrap(): void {
    this.build.set({ app: this.probe.app, version }, 1);
    if (!this.isOn) return;
    void this.look();
    this.timer = setInterval(() => void this.look(), PROBE_MS);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    const startedAt = performance.now();
    const isAnswered = await this.probe.isAnswering();
    this.connected.set(isAnswered ? 1 : 0);
    if (isAnswered) this.seconds.observe((performance.now() - startedAt) / 1_000);
  }
}

/** Needs PROCESS_PROBE. */
export const processMetrics: readonly Provider[] = [
  ProcessMetrics,
  gauge(METRICS.buildInfo),
  gauge(METRICS.redisConnected),
  histogram(METRICS.redisSeconds),
];
