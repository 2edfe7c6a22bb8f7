import { beforeEach, describe, expect, it } from '@jest/globals';
import { Counter, Histogram, type Metric, Registry } from 'prom-client';
import { AttemptMetrics } from './attempt-metrics.js';

const LABELS = { queue: 'io', job_name: 'http.request' };
const LABEL_NAMES = Object.keys(LABELS);

function measure() {
  const registers = [new Registry()];
  const counter = (name: string, ...more: string[]) => new Counter({ name, help: 'x', labelNames: [...LABEL_NAMES, ...more], registers });
  const histogram = (name: string) => new Histogram({ name, help: 'x', labelNames: LABEL_NAMES, registers });
  const [attempts, waits, runs, endToEnd] = [counter('attempts', 'outcome'), histogram('wait'), histogram('run'), histogram('end')];
  const [retries, ended, dead, starts] = [counter('retries'), counter('ended', 'state'), counter('dead', 'reason'), counter('starts')];
  const metrics = new AttemptMetrics(attempts, waits, runs, endToEnd, retries, ended, dead, starts);
  return { metrics, attempts, waits, endToEnd, retries, ended, dead };
}

const valuesOf = async (metric: Metric) => (await metric.get()).values.map(({ labels, value }) => ({ ...labels, value }));
const sumOf = async (metric: Histogram) => (await metric.get()).values.find(({ metricName }) => metricName?.endsWith('_sum'))?.value;

describe('AttemptMetrics', () => {
  let measured: ReturnType<typeof measure>;
  beforeEach(() => {
    measured = measure();
  });

  it('counts an attempt that another one follows as a retry, and as no end', async () => {
    measured.metrics.job({ labels: LABELS, state: 'retrying', reason: undefined, endToEndMs: undefined });
    expect(await valuesOf(measured.retries)).toEqual([{ ...LABELS, value: 1 }]);
    expect(await valuesOf(measured.ended)).toEqual([]);
  });

  it('counts a dead job by what it died of, and times it', async () => {
    measured.metrics.job({ labels: LABELS, state: 'dead', reason: 'http-status', endToEndMs: 5_000 });
    expect(await valuesOf(measured.ended)).toEqual([{ ...LABELS, state: 'dead', value: 1 }]);
    expect(await valuesOf(measured.dead)).toEqual([{ ...LABELS, reason: 'http-status', value: 1 }]);
    expect(await sumOf(measured.endToEnd)).toBe(5);
    expect(await valuesOf(measured.retries)).toEqual([]);
  });

  it('tells fifty reasons apart, and calls what comes later other', async () => {
    const die = (reason: string) => measured.metrics.job({ labels: LABELS, state: 'dead', reason, endToEndMs: undefined });
    for (let code = 1; code <= 60; code++) die(`made-up-${code}`);
    die('made-up-1');
    const dead = await valuesOf(measured.dead);
    expect(dead).toHaveLength(51);
    expect(dead).toContainEqual({ ...LABELS, reason: 'other', value: 10 });
    expect(dead).toContainEqual({ ...LABELS, reason: 'made-up-1', value: 2 });
  });

  it('times what is known of an attempt', async () => {
    measured.metrics.attempt({ labels: LABELS, outcome: 'retry', waitMs: undefined, durationMs: 100 });
    measured.metrics.attempt({ labels: LABELS, outcome: 'completed', waitMs: 2_000, durationMs: 100 });
    expect(await valuesOf(measured.attempts)).toEqual(['retry', 'completed'].map((outcome) => ({ ...LABELS, outcome, value: 1 })));
    expect(await sumOf(measured.waits)).toBe(2);
  });

  it('begins at 0, so that the first of each is a step', async () => {
    measured.metrics.begin(LABELS);
    expect((await valuesOf(measured.ended)).map(({ value }) => value)).toEqual([0, 0, 0, 0]);
  });
});
