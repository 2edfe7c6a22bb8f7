import { describe, expect, it } from '@jest/globals';
import { createSignal } from './signal.js';

describe('createSignal', () => {
  it('gives its first value to those who wait before and after', async () => {
    const started = createSignal<number>('started');
    const early = started.wait();
    expect(started.isSet).toBe(false);
    started.set(1);
    started.set(2);
    expect(started.isSet).toBe(true);
    await expect(Promise.all([early, started.wait()])).resolves.toEqual([1, 1]);
  });

  it('names itself when nobody sets it', async () => {
    await expect(createSignal('drained').wait(30)).rejects.toThrow('timed out after 30 ms waiting for signal "drained"');
  });
});
