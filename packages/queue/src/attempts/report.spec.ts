import { describe, expect, it } from '@jest/globals';
import { encodeAttempt } from '../attempt.js';
import { reportAttempt, reportFailure, reportSuccess } from './report.js';
import type { WorkerJob } from './worker-job.js';

const AT = 1_700_000_000_000;
const LABELS = { queue: 'io', job_name: 'http.request' };

/** As BullMQ hands it to its events. */
const job = (more: object = {}) =>
  ({
    id: 'a',
    queueName: 'io',
    name: 'http.request',
    timestamp: AT,
    opts: {},
    stacktrace: [],
    attemptsMade: 0,
    data: { requestId: 'r' },
    ...more,
  }) as unknown as WorkerJob;

/** One whose last attempt failed for this reason. */
const failed = (code: string, finishedOn?: number, more: object = {}) => {
  const attempt = { number: 1, startedAt: AT, finishedAt: AT + 100, worker: 'w', error: { code, message: `it was ${code}` } };
  return job({ failedReason: `it was ${code}`, stacktrace: [encodeAttempt(attempt)], finishedOn, ...more });
};

describe('what is told of jobs', () => {
  it('takes an attempt that another one follows for no end', () => {
    expect(reportFailure(failed('timeout'))).toEqual({ labels: LABELS, state: 'retrying' });
  });

  it('tells of a dead job what it died of, and how long it took', () => {
    expect(reportFailure(failed('http-status', AT + 100))).toEqual({
      labels: LABELS,
      state: 'dead',
      reason: 'http-status',
      endToEndMs: 100,
    });
  });

  it.each(['cancelled', 'expired'])('takes a job that was %s for that, and for no death', (state) => {
    expect(reportFailure(failed(state, AT + 100))).toEqual({ labels: LABELS, state });
  });

  it.each([
    ['its submission', {}, 5_000],
    ['the time it was to start at', { opts: { delay: 3_000 } }, 2_000],
  ])('times a job from %s to its end', (_since, more, endToEndMs) => {
    expect(reportSuccess(job({ ...more, finishedOn: AT + 5_000 }))).toEqual({ labels: LABELS, state: 'completed', endToEndMs });
  });

  it('makes no label of a job type that nobody knows, and tells its name in the log', () => {
    const unknown = { name: 'made.up' };
    expect(reportFailure(failed('unknown-job', AT, unknown)).labels).toEqual({ queue: 'io', job_name: 'unknown' });
    expect(reportAttempt(job(unknown), AT, 'final')).toMatchObject({ facts: { job: 'made.up', attempt: 1, requestId: 'r' } });
  });

  it.each([
    ['completed', {}, false],
    ['retry', { opts: { attempts: 2 } }, false],
    ['retry', { opts: { attempts: 2 }, attemptsMade: 1 }, true],
    ['final', { opts: { attempts: 2 } }, true],
    ['shutdown', {}, false],
  ] as const)('knows whether a job is dead of an attempt: %s, %j', (outcome, more, isFatal) => {
    expect(reportAttempt(job(more), AT, outcome)).toMatchObject({ outcome, isFatal });
  });
});
