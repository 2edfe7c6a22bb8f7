import type { Job } from '@dts/client';
import { describe, expect, it } from '@jest/globals';
import { plain } from '../output/palette.js';
import { jobDetails, jobLine } from './job.view.js';

const NOW = Date.parse('2026-11-25T08:10:00Z');
const CANVAS = { paint: plain, columns: 100 };

const dead: Job = {
  id: 'io_1',
  name: 'http.request',
  queue: 'io',
  tenant: 'acme',
  state: 'dead',
  payload: { url: 'https://billing.internal' },
  tags: ['billing', 'close'],
  priority: 1,
  orderingKey: null,
  parentId: null,
  flowId: null,
  submittedAt: '2026-11-25T08:00:00Z',
  startedAt: '2026-11-25T08:05:00.000Z',
  finishedAt: '2026-11-25T08:05:00.250Z',
  attemptsMade: 1,
  attemptsMax: 8,
  redrives: 0,
  attempts: [
    {
      number: 1,
      startedAt: '2026-11-25T08:05:00.000Z',
      finishedAt: '2026-11-25T08:05:00.250Z',
      worker: 'host:1',
      error: { code: 'http-status', message: 'answered 400' },
    },
  ],
  progress: 0,
  result: null,
  error: { code: 'http-status', message: 'answered\n400' },
};

describe('jobDetails', () => {
  it('tells all about a job', () => {
    expect(jobDetails(dead, CANVAS, NOW)).toBe(
      `Id         io_1
Name       http.request
State      dead
Queue      io, priority 1
Tenant     acme
Tags       billing, close
Submitted  10m ago
Started    5m ago
Finished   5m ago (took 250ms)
Attempts   1 of 8
Error      http-status: answered\\n400

Attempts
  #  STARTED                    TOOK  WORKER  ERROR
  1  2026-11-25T08:05:00.000Z  250ms  host:1  http-status: answered 400

Payload
  {
    "url": "https://billing.internal"
  }`,
    );
  });

  it('leaves out what there is nothing of', () => {
    const waiting: Job = {
      ...dead,
      state: 'waiting',
      startedAt: null,
      finishedAt: null,
      attempts: [],
      attemptsMade: 0,
      error: null,
      tags: [],
    };
    const text = jobDetails(waiting, CANVAS, NOW);
    for (const name of ['Tags', 'Started', 'Finished', 'Progress', 'Error', 'Result'])
      expect(text).not.toMatch(new RegExp(`^${name}`, 'm'));
  });
});

describe('jobLine', () => {
  it('is one line, whatever the error says', () => {
    expect(jobLine(dead, plain)).toBe('io_1  http.request  dead  http-status: answered\\n400');
  });
});
