import type { JobRecord } from '@dts/queue';
import { describe, expect, it } from '@jest/globals';
import { jobView, toJobView } from './job.view.js';

const record: JobRecord = {
  id: 'io_1',
  name: 'http.request',
  queue: 'io',
  tenant: 'acme',
  state: 'completed',
  payload: { url: 'http://x.y/' },
  tags: ['a'],
  priority: 2,
  orderingKey: 'customer-7',
  parentId: 'io_2',
  flowId: 'io_3',
  submittedAt: 0,
  startedAt: 1_000,
  finishedAt: 2_500,
  attemptsMade: 2,
  attemptsMax: 8,
  attempts: [
    { number: 1, startedAt: 500, finishedAt: 700, worker: 'w', error: { code: 'http-status', message: '503' } },
    { number: 2, startedAt: 1_000, finishedAt: null, worker: 'w', error: null },
  ],
  redrives: 1,
  progress: 0,
  result: { status: 200 },
  error: null,
};

describe('toJobView', () => {
  it('tells a job as the schema says, times in RFC 3339', () => {
    const view = toJobView(record);
    expect(jobView.strict().parse(view)).toEqual(view);
    expect(view).toMatchObject({
      tenant: 'acme',
      orderingKey: 'customer-7',
      parentId: 'io_2',
      flowId: 'io_3',
      submittedAt: '1970-01-01T00:00:00.000Z',
      finishedAt: '1970-01-01T00:00:02.500Z',
      redrives: 1,
      result: { status: 200 },
    });
    expect(view.attempts[1]).toEqual({ number: 2, startedAt: '1970-01-01T00:00:01.000Z', finishedAt: null, worker: 'w', error: null });
  });

  it('tells what has not happened yet as null', () => {
    const view = toJobView({ ...record, state: 'scheduled', startedAt: null, finishedAt: null, attempts: [], result: null });
    expect(view).toMatchObject({ startedAt: null, finishedAt: null, attempts: [], result: null, error: null });
    expect(jobView.safeParse(view).success).toBe(true);
  });
});
