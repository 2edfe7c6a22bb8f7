import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Opened, open, submission } from './fixtures/open.js';
import { JobLogs, LOG_LINES_KEPT } from './job-logs.js';

let opened: Opened;
let logs: JobLogs;
let key: string;

beforeEach(async () => {
  opened = await open();
  logs = new JobLogs(opened.redis);
  key = opened.queues.io.toKey((await opened.jobs.submit(submission())).job.id);
});
afterEach(() => opened[Symbol.dispose]());

const append = async (count: number, from = 0) => {
  for (let line = from; line < from + count; line++) await logs.append(key, `line ${line}`);
};

describe('JobLogs', () => {
  it('tell line by line, page by page, oldest first', async () => {
    await append(5);
    await expect(logs.read(key, 0, 2)).resolves.toEqual({
      items: [
        { line: 0, text: 'line 0' },
        { line: 1, text: 'line 1' },
      ],
      next: 2,
    });
    await expect(logs.read(key, 4, 2)).resolves.toEqual({ items: [{ line: 4, text: 'line 4' }] });
    await expect(logs.read(key, 5, 2)).resolves.toEqual({ items: [] });
  });

  it('keep the last lines, each with the number that it had', async () => {
    await append(LOG_LINES_KEPT + 3);
    expect((await logs.read(key, 0, 1)).items).toEqual([{ line: 3, text: 'line 3' }]);
    expect((await logs.read(key, 1_001, 5)).items).toEqual([
      { line: 1_001, text: 'line 1001' },
      { line: 1_002, text: 'line 1002' },
    ]);
    await expect(opened.redis.llen(`${key}:logs`)).resolves.toBe(LOG_LINES_KEPT);
  });

  it('read what BullMQ itself wrote', async () => {
    await opened.queues.io.addJobLog(key.split(':').at(-1) ?? '', 'by BullMQ');
    await append(1, 1);
    expect((await logs.read(key, 0, 5)).items.map(({ text }) => text)).toEqual(['by BullMQ', 'line 1']);
  });

  it('leave nothing behind of a job that is gone', async () => {
    await opened.redis.del(key);
    await logs.append(key, 'too late');
    await expect(opened.redis.exists(key, `${key}:logs`)).resolves.toBe(0);
    await expect(logs.read(key, 0, 5)).resolves.toEqual({ items: [] });
  });
});
