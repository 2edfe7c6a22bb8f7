import { describe, expect, it } from '@jest/globals';
import type { Attempt, JobRecord } from '../job-record.js';
import { changesSince } from './state-changes.js';
import { type Told, toldOf } from './told.js';

const NOW = 9_000;
const busy = { code: 'busy', message: 'later' };
const dead = { code: 'http-status', message: '404' };

const waiting: JobRecord = {
  id: 'io_1',
  name: 'http.request',
  queue: 'io',
  tenant: 'acme',
  state: 'waiting',
  payload: {},
  tags: [],
  priority: 1,
  orderingKey: null,
  parentId: null,
  flowId: null,
  submittedAt: 100,
  startedAt: null,
  finishedAt: null,
  attemptsMade: 0,
  attemptsMax: 3,
  attempts: [],
  redrives: 0,
  progress: 0,
  result: null,
  error: null,
};

const failed = (number: number, retryInMs?: number, error = busy): Attempt => ({
  number,
  startedAt: number * 1_000,
  finishedAt: number * 1_000 + 500,
  worker: 'w',
  error,
  retryInMs,
});
const running = (number: number): Attempt => ({ number, startedAt: number * 1_000, finishedAt: null, worker: 'w', error: null });

const active: JobRecord = { ...waiting, state: 'active', startedAt: 1_000, attempts: [running(1)] };
const retrying: JobRecord = { ...waiting, state: 'scheduled', startedAt: 1_000, attemptsMade: 1, attempts: [failed(1, 200)], error: busy };
const completed: JobRecord = {
  ...waiting,
  state: 'completed',
  startedAt: 2_000,
  finishedAt: 2_500,
  attemptsMade: 2,
  attempts: [failed(1, 200), { ...running(2), finishedAt: 2_500 }],
};
const buried: JobRecord = {
  ...waiting,
  state: 'dead',
  startedAt: 2_001,
  finishedAt: 2_510,
  attemptsMade: 2,
  attempts: [failed(1, 0), failed(2, undefined, dead)],
  error: dead,
};

/** `state@at after attempts, error` of each. */
const told = (before: JobRecord | Told | undefined, job: JobRecord) =>
  changesSince(before && 'id' in before ? toldOf(before, 0) : before, job, NOW).map(
    ({ state, at, attemptsMade, error }) => `${state}@${at} after ${attemptsMade}${error ? `, ${error.code}` : ''}`,
  );

describe('changesSince', () => {
  it('begins with what the job is now, and since when', () => {
    expect(told(undefined, waiting)).toEqual([`waiting@${NOW} after 0`]);
    expect(told(undefined, { ...waiting, state: 'scheduled' })).toEqual(['scheduled@100 after 0']);
    expect(told(undefined, active)).toEqual(['active@1000 after 0']);
    expect(told(undefined, retrying)).toEqual([`scheduled@${NOW} after 1, busy`]);
    expect(told(undefined, buried)).toEqual(['dead@2510 after 2, http-status']);
  });

  it.each([
    ['waiting', waiting],
    ['active', active],
    ['retrying', retrying],
    ['completed', completed],
    ['dead', buried],
  ])('tells nothing of a job that is %s still', (_state, job) => {
    expect(told(job, job)).toEqual([]);
  });

  it('tells one step after the other', () => {
    expect(told(waiting, active)).toEqual(['active@1000 after 0']);
    expect(told(active, retrying)).toEqual(['scheduled@1500 after 1, busy']);
    expect(told(retrying, { ...retrying, state: 'waiting' })).toEqual([`waiting@${NOW} after 1, busy`]);
  });

  it('tells every attempt that nobody saw', () => {
    expect(told(waiting, completed)).toEqual([
      'active@1000 after 0',
      'scheduled@1500 after 1, busy',
      'active@2000 after 1, busy',
      'completed@2500 after 2',
    ]);
    expect(told(active, buried)).toEqual(['waiting@1500 after 1, busy', 'active@2000 after 1, busy', 'dead@2510 after 2, http-status']);
  });

  it('tells a new start of the same attempt: the job was handed back, or its worker died', () => {
    expect(told(active, { ...active, startedAt: 3_000 })).toEqual(['active@3000 after 0']);
  });

  it('tells what a job is that starts anew, and not again what was before', () => {
    const redriven = { ...buried, state: 'waiting', startedAt: null, finishedAt: null, attemptsMade: 0, error: null } as const;
    expect(told(buried, redriven)).toEqual([`waiting@${NOW} after 0`]);
    const again: JobRecord = {
      ...completed,
      attemptsMade: 1,
      attempts: [...buried.attempts, { ...running(1), startedAt: 4_000, finishedAt: 4_500 }],
      startedAt: 4_000,
      finishedAt: 4_500,
    };
    expect(told(redriven, again)).toEqual(['active@4000 after 0', 'completed@4500 after 1']);
  });

  it('tells that a job was cancelled that nobody had started', () => {
    expect(told(waiting, { ...waiting, state: 'cancelled' })).toEqual([`cancelled@${NOW} after 0`]);
  });
});
