import { describe, expect, it } from '@jest/globals';
import { retryDelay, sleep } from './backoff.js';

describe('retryDelay', () => {
  it('doubles its upper bound, up to five seconds', () => {
    const longest = [1, 2, 3, 6, 7, 1_000].map((failures) => retryDelay(failures, 0, () => 1));
    expect(longest).toEqual([100, 200, 400, 3_200, 5_000, 5_000]);
  });

  it('draws from the whole range, and on top of what the gateway asked for', () => {
    expect(retryDelay(3, 0, () => 0)).toBe(0);
    expect(retryDelay(3, 0, () => 0.5)).toBe(200);
    expect(retryDelay(3, 2_000, () => 0.5)).toBe(2_200);
  });
});

describe('sleep', () => {
  it('ends with the reason of the signal, also of one that is aborted already', async () => {
    const stop = new AbortController();
    const sleeping = sleep(60_000, stop.signal);
    stop.abort(new Error('enough'));
    await expect(sleeping).rejects.toThrow('enough');
    await expect(sleep(60_000, stop.signal)).rejects.toThrow('enough');
  });
});
