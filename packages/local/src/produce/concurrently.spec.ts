import { describe, expect, it } from '@jest/globals';
import { concurrently } from './concurrently.js';

const never = new AbortController().signal;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

describe('concurrently', () => {
  it('works on every item, never on more at once than allowed, and takes none in advance', async () => {
    let [taken, running, most] = [0, 0, 0];
    const done: number[] = [];
    function* items() {
      for (let item = 0; item < 20; item++) {
        taken++;
        yield item;
      }
    }
    await concurrently(items(), 3, never, async (item) => {
      most = Math.max(most, ++running);
      expect(taken - done.length).toBeLessThanOrEqual(3);
      await turn();
      done.push(item);
      running--;
    });
    expect(done.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(most).toBe(3);
  });

  it('ends with the first failure, and aborts what is running', async () => {
    const started: number[] = [];
    const aborted: unknown[] = [];
    const working = concurrently([0, 1, 2, 3, 4], 3, never, async (item, signal) => {
      started.push(item);
      if (item === 2) throw new Error('two failed');
      await untilAborted(signal).catch((reason: Error) => aborted.push(reason.message));
    });
    await expect(working).rejects.toThrow('two failed');
    expect(started).toEqual([0, 1, 2]);
    expect(aborted).toEqual(['two failed', 'two failed']);
  });

  it('ends with the reason of its signal', async () => {
    const stop = new AbortController();
    const working = concurrently([0, 1, 2], 2, stop.signal, (_, signal) => untilAborted(signal));
    stop.abort(new Error('enough'));
    await expect(working).rejects.toThrow('enough');
  });
});
