import { resolve } from 'node:path';
import { type Receiver, type Stack, startReceiver, startStack, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dashboards, toJson } from '../dashboards.js';
import { Load } from './fixtures/load.js';
import { Prometheus } from './fixtures/prometheus.js';

const RULES = resolve(import.meta.dirname, '../../../../monitoring/prometheus/rules/*.yml');

/** As Grafana would put in what is chosen: everything, and a window of a few scrapes. */
const CHOSEN: Readonly<Record<string, string>> = { $queue: '.+', $job_name: '.+', $pool: '.+', $__rate_interval: '20s' };

interface Panel {
  readonly type?: string;
  readonly title?: string;
  readonly targets?: readonly { readonly expr?: string }[];
}

const queries = Object.entries(dashboards()).flatMap(([name, dashboard]) => {
  const { panels } = JSON.parse(toJson(dashboard)) as { panels: Panel[] };
  return panels.flatMap(({ title, targets = [] }) => targets.map(({ expr = '' }) => [name, title ?? '', chosen(expr)] as const));
});
const annotations = Object.entries(dashboards()).flatMap(([name, dashboard]) =>
  (dashboard.annotations?.list ?? []).map(({ name: title, expr = '' }) => [name, title, chosen(expr)] as const),
);

function chosen(expr: string): string {
  return Object.entries(CHOSEN).reduce((text, [variable, value]) => text.replaceAll(variable, value), expr);
}

describe('with a real Prometheus and the real stack under load', () => {
  let target: Receiver;
  let stack: Stack;
  let load: Load;
  let prometheus: Prometheus;

  beforeAll(async () => {
    target = await startReceiver();
    stack = await startStack({
      redis: { config: { maxmemory: '200mb' } },
      apps: ['worker', 'scaler'],
      appEnv: { scaler: { SIGNAL_INTERVAL: '500' } },
    });
    const apps = [stack.gateway, ...stack.apps.values()];
    prometheus = await Prometheus.start([...new Set(apps.map(({ port }) => `127.0.0.1:${port}`))], [RULES]);
    load = new Load(stack, target);
  }, 60_000);
  afterAll(async () => {
    await load?.stop();
    await prometheus?.stop();
    await stack?.stop();
    await target?.stop();
  });

  /** First: what was not there a minute ago is there for a minute. */
  it('marks what was deployed', async () => {
    const [, , deploys = ''] = annotations.find(([, title]) => title === 'Deploys') ?? [];
    const marks = await waitFor(
      async () => {
        const found = await prometheus.query(deploys);
        return found.length === 3 && found;
      },
      { timeoutMs: 30_000, describe: `three of ${deploys}` },
    );
    expect(marks.map(({ metric: { app } }) => app).sort()).toEqual(['gateway', 'scaler', 'worker']);
  }, 40_000);

  it.each(queries)(
    '%s: %s has data: %s',
    async (_dashboard, _title, expr) => {
      // The zero of what mostly does not happen would hide a query that finds nothing.
      const withoutZero = expr.replace(/ or vector\(0\)$/, '');
      const asked = RARE.some((series) => withoutZero.includes(series)) ? expr : withoutZero;
      const samples = await waitFor(
        async () => {
          const numbers = (await prometheus.query(asked)).map(({ value: [, text] }) => Number(text)).filter(Number.isFinite);
          return numbers.length > 0 && numbers;
        },
        { timeoutMs: 30_000, describe: `samples of ${asked}` },
      );
      expect(samples.length).toBeGreaterThan(0);
    },
    40_000,
  );

  it.each(annotations)('%s: the annotation %s is a query', async (_dashboard, _title, expr) => {
    await expect(prometheus.query(expr)).resolves.toEqual(expect.any(Array));
  });
});

/** What does not happen in a few seconds of load: crashes, stalls, KEDA, operations, alerts. Their names are checked against the catalogue. */
const RARE = [
  'dts_handler_crashes_total',
  'dts_quarantined_starts_total',
  'dts_stalled_jobs_total',
  'dts_worker_consumer_restarts_total',
  'dts_dead_letter_changes_total',
  'dts_scaler_signal_failures_total',
  'dts_scaler_scalings_total',
  'dts_keda_calls_total',
  'dts_operations_total',
  'ALERTS',
];
