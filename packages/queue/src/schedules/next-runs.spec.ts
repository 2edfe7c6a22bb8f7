import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Opened, open } from '../fixtures/open.js';
import { newName, Scheduling, specOf } from '../fixtures/scheduling.js';
import { readNextRuns } from './next-runs.js';

const HOUR_MS = 3_600_000;

describe('readNextRuns', () => {
  let opened: Opened;
  let scheduling: Scheduling;

  beforeEach(async () => {
    opened = await open();
    scheduling = new Scheduling(opened);
  });
  afterEach(() => opened[Symbol.dispose]());

  const put = (every: number, job = specOf().job) => scheduling.schedules.put(newName(), specOf({ timing: { every }, job }));
  const THUMBNAIL = {
    name: 'image.thumbnail',
    payload: { sourceUrl: 'http://service.test/a.png', destinationUrl: 'http://service.test/b', width: 10 },
    options: {},
  };

  it('tells the first one of each queue, within the horizon', async () => {
    await Promise.all([put(HOUR_MS), put(2 * HOUR_MS), put(3 * HOUR_MS, THUMBNAIL)]);
    const runs = await readNextRuns(opened.redis, opened.prefix, 2.5 * HOUR_MS);
    expect([...runs.keys()]).toEqual(['io']);
    expect(Number(runs.get('io'))).toBeGreaterThan(0.9 * HOUR_MS);
    expect(Number(runs.get('io'))).toBeLessThanOrEqual(HOUR_MS);
    expect([...(await readNextRuns(opened.redis, opened.prefix, 4 * HOUR_MS)).keys()].toSorted()).toEqual(['cpu', 'io']);
  });

  it('tells of none where there is none, and of one that is late that it is due', async () => {
    await expect(readNextRuns(opened.redis, opened.prefix, HOUR_MS)).resolves.toEqual(new Map());
    await put(HOUR_MS);
    const runs = await readNextRuns(opened.redis, opened.prefix, 0, Date.now() + 2 * HOUR_MS);
    expect(runs).toEqual(new Map([['io', 0]]));
  });
});
