import { encodeAttempt } from '@dts/queue';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Metric } from 'prom-client';
import { MeasuredReporter } from './fixtures/measured-reporter.js';
import type { WorkerJob } from './worker-job.js';

const AT = 1_700_000_000_000;
const LABELS = { queue: 'io', job_name: 'http.request' };

let measured: MeasuredReporter;
beforeEach(() => {
  measured = new MeasuredReporter();
});

/** As BullMQ hands it to its events. */
const job = (more: Partial<WorkerJob> = {}) =>
  ({ queueName: 'io', name: 'http.request', timestamp: AT, opts: {}, stacktrace: [], ...more }) as unknown as WorkerJob;

/** One whose last attempt failed for this reason. */
const failed = (code: string, finishedOn?: number) => {
  const attempt = { number: 1, startedAt: AT, finishedAt: AT + 100, worker: 'w', error: { code, message: `it was ${code}` } };
  return job({ failedReason: `it was ${code}`, stacktrace: [encodeAttempt(attempt)], finishedOn });
};

const valuesOf = async (metric: Metric) => (await metric.get()).values.map(({ labels, value }) => ({ ...labels, value }));

describe('JobMetrics', () => {
  it('counts an attempt that another one follows as a retry, and as no end', async () => {
    measured.metrics.failed(failed('timeout'));
    expect(await valuesOf(measured.retries)).toEqual([{ ...LABELS, value: 1 }]);
    expect(await valuesOf(measured.ended)).toEqual([]);
  });

  it('counts a dead job by what it died of', async () => {
    measured.metrics.failed(failed('http-status', AT + 100));
    expect(await valuesOf(measured.ended)).toEqual([{ ...LABELS, state: 'dead', value: 1 }]);
    expect(await valuesOf(measured.dead)).toEqual([{ ...LABELS, reason: 'http-status', value: 1 }]);
    expect(await valuesOf(measured.retries)).toEqual([]);
  });

  it.each(['cancelled', 'expired'])('counts a job that was %s as that, and as no death', async (state) => {
    measured.metrics.failed(failed(state, AT + 100));
    expect(await valuesOf(measured.ended)).toEqual([{ ...LABELS, state, value: 1 }]);
    expect(await valuesOf(measured.dead)).toEqual([]);
    expect(await valuesOf(measured.endToEnd)).toEqual([]);
  });

  it('tells fifty reasons apart, and calls what comes later other', async () => {
    for (let code = 1; code <= 60; code++) measured.metrics.failed(failed(`made-up-${code}`, AT));
    measured.metrics.failed(failed('made-up-1', AT));
    const dead = await valuesOf(measured.dead);
    expect(dead).toHaveLength(51);
    expect(dead).toContainEqual({ ...LABELS, reason: 'other', value: 10 });
    expect(dead).toContainEqual({ ...LABELS, reason: 'made-up-1', value: 2 });
  });

  it.each([
    ['its submission', {}, 5],
    ['the time it was to start at', { opts: { delay: 3_000 } }, 2],
  ])('times a job from %s to its end', async (_since, more, seconds) => {
    measured.metrics.completed(job({ ...more, finishedOn: AT + 5_000 }));
    const sum = (await measured.endToEnd.get()).values.find(({ metricName }) => metricName === 'end_to_end_sum');
    expect(sum).toMatchObject({ labels: LABELS, value: seconds });
    expect(await valuesOf(measured.ended)).toEqual([{ ...LABELS, state: 'completed', value: 1 }]);
  });

  it('makes no label of a job type that nobody knows', async () => {
    measured.metrics.failed({ ...failed('unknown-job', AT), name: 'made.up' } as WorkerJob);
    expect(await valuesOf(measured.ended)).toEqual([{ queue: 'io', job_name: 'unknown', state: 'dead', value: 1 }]);
  });
});
