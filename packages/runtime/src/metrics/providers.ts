import type { FactoryProvider } from '@nestjs/common';
import { getToken } from '@willsoto/nestjs-prometheus';
import { Counter, Gauge, Histogram, type Metric, register } from 'prom-client';

/** Injection token: whether anything is measured at all. */
export const METRICS_ON = Symbol('METRICS_ON');

interface Described {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
}

/** What takes the place of every metric while they are off. */
const SILENT = { inc() {}, dec() {}, set() {}, observe() {}, zero() {}, remove() {}, reset() {} };

/** A provider for `@InjectMetric(metric.name)`. */
export const counter = (metric: Described) => provider(metric, () => new Counter(toOptions(metric)));
export const gauge = (metric: Described) => provider(metric, () => new Gauge(toOptions(metric)));
export const histogram = (metric: Described & { readonly buckets: readonly number[] }) =>
  provider(metric, () => new Histogram({ ...toOptions(metric), buckets: [...metric.buckets] }));

function provider({ name }: Described, create: () => Metric): FactoryProvider {
  return {
    provide: getToken(name),
    inject: [METRICS_ON],
    useFactory: (isOn: boolean) => (isOn ? (register.getSingleMetric(name) ?? create()) : SILENT),
  };
}

function toOptions({ name, help, labelNames }: Described) {
  return { name, help, labelNames: [...labelNames] };
}
