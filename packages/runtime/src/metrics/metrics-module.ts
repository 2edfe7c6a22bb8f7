import { type DynamicModule, Module } from '@nestjs/common';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { register } from 'prom-client';
import { z } from 'zod';
import { envBoolean } from '../load-env.js';
import { METRICS_ON } from './providers.js';

export const metricsEnvShape = {
  /** `off` measures nothing: for finding out what measuring costs. */
  METRICS: envBoolean.default(true),
};

/** Node's own that break Prometheus's naming guide: gauges that are called totals. Each has a sibling by type, which stays. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

@Module({})
class MetricsModule {}

/** `GET /metrics`, what Node tells of itself, and whether providers of metrics measure anything. */
export function metricsModule({ METRICS: isOn }: z.output<z.ZodObject<typeof metricsEnvShape>>): DynamicModule {
  const prometheus = PrometheusModule.register({ defaultMetrics: { enabled: isOn } });
  for (const name of MISNAMED) register.removeSingleMetric(name);
  return {
    module: MetricsModule,
    global: true,
    imports: [prometheus],
    providers: [{ provide: METRICS_ON, useValue: isOn }],
    exports: [METRICS_ON],
  };
}
