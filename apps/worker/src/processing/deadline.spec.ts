import { describe, expect, it } from '@jest/globals';
import { Deadline } from './deadline.js';
import { AttemptAborted } from './outcome.js';

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });

describe('Deadline', () => {
  it('lets a quick handler through, and leaves nothing behind', async () => {
    const parent = new AbortController();
    const deadline = new Deadline(60_000, parent.signal);
    await expect(deadline.race(Promise.resolve('done'))).resolves.toBe('done');
    parent.abort('cancelled');
    expect(deadline.aborted).toBeUndefined();
  });

  it('aborts the signal when the time is up', async () => {
    const deadline = new Deadline(20, undefined);
    await expect(deadline.race(untilAborted(deadline.signal))).rejects.toBeInstanceOf(AttemptAborted);
    expect(deadline.aborted).toBe('timeout');
  });

  it('abandons a handler that does not heed the signal', async () => {
    const deadline = new Deadline(20, undefined);
    await expect(deadline.race(new Promise(() => undefined))).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('takes the result of a handler that finishes in spite of the signal', async () => {
    const deadline = new Deadline(10, undefined);
    const finishing = untilAborted(deadline.signal).catch(() => 'finished anyway');
    await expect(deadline.race(finishing)).resolves.toBe('finished anyway');
  });

  it.each([
    ['shutdown', 'shutdown'],
    ['lock-lost', 'lock-lost'],
    ['somebody pressed a button', 'cancelled'],
    [undefined, 'cancelled'],
  ])('follows its parent: %p is %p', async (reason, expected) => {
    const parent = new AbortController();
    const deadline = new Deadline(60_000, parent.signal);
    const racing = deadline.race(untilAborted(deadline.signal));
    parent.abort(reason);
    await expect(racing).rejects.toMatchObject({ reason: expected });
    expect(deadline.aborted).toBe(expected);
  });

  it('is aborted from the start when its parent is', async () => {
    const deadline = new Deadline(60_000, AbortSignal.abort('shutdown'));
    expect(deadline.aborted).toBe('shutdown');
    await expect(deadline.race(new Promise(() => undefined))).rejects.toMatchObject({ reason: 'shutdown' });
  });
});
