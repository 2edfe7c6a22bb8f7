import { describe, expect, it } from '@jest/globals';
import { MAX_RETRY_AFTER_MS, retryAfterMs } from './retry-after.js';

const NOW = Date.UTC(2026, 10, 23, 12, 0, 0);

describe('retryAfterMs', () => {
  it.each([
    ['7', 7_000],
    [' 120 ', 120_000],
    ['Mon, 23 Nov 2026 12:00:30 GMT', 30_000],
    ['Monday, 23-Nov-26 12:01:00 GMT', 60_000],
    ['86400', MAX_RETRY_AFTER_MS],
    ['999999999999999999999', MAX_RETRY_AFTER_MS],
    ['Mon, 23 Nov 2099 12:00:00 GMT', MAX_RETRY_AFTER_MS],
  ])('%s is %p ms', (header, expected) => {
    expect(retryAfterMs(header, NOW)).toBe(expected);
  });

  it.each([
    undefined,
    '',
    '0',
    '-5',
    '1.5',
    'soon',
    '2026-11-23T13:00:00Z',
    'Mon, 99 Nov 2026 12:00:30 GMT',
    'Mon, 23 Nov 2026 11:59:00 GMT',
  ])('%p leaves the wait to the job', (header) => {
    expect(retryAfterMs(header, NOW)).toBeUndefined();
  });
});
