import { beforeEach, describe, expect, it } from '@jest/globals';
import { Counter, register } from 'prom-client';
import { METRICS } from './catalogue.js';
import { metricsEnvShape, metricsModule } from './metrics-module.js';
import { counter, gauge, histogram } from './providers.js';

beforeEach(() => register.clear());

describe('providers of metrics', () => {
  it('make each metric once, as the catalogue has it', async () => {
    const provider = counter(METRICS.retries);
    const made = provider.useFactory(true) as Counter;
    expect(made).toBeInstanceOf(Counter);
    expect(provider.useFactory(true)).toBe(made);
    made.inc({ queue: 'io', job_name: 'http.request' });
    expect(await register.metrics()).toContain('dts_retries_total{queue="io",job_name="http.request"} 1');
  });

  it('make none while metrics are off, and take what is told all the same', async () => {
    const silent = [counter(METRICS.retries), gauge(METRICS.slots), histogram(METRICS.waitSeconds)].map(({ useFactory }) =>
      useFactory(false),
    );
    for (const metric of silent)
      for (const method of ['inc', 'set', 'observe', 'zero', 'remove', 'reset']) metric[method]({ queue: 'io' }, 1);
    metricsModule({ METRICS: false });
    expect((await register.metrics()).trim()).toBe('');
  });

  it('leave out what Node calls a total and is none', async () => {
    metricsModule({ METRICS: metricsEnvShape.METRICS.parse(undefined) });
    const text = await register.metrics();
    expect(text).toContain('nodejs_eventloop_lag_seconds');
    expect(text).not.toMatch(/^# TYPE nodejs_\w+_total gauge/m);
  });
});
