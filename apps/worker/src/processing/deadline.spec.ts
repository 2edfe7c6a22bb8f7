import { describe, expect, it } from '@jest/globals';
import { AttemptAborted } from './aborted.js';
import { Deadline } from './deadline.js';

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });

describe('Deadline', () => {
  it('lets a quick handler through, and leaves nothing behind', async () => {
    const parent = new AbortController();
    const deadline = new Deadline(60_000, parent.signal, 10);
    await expect(deadline.race(Promise.resolve('done'))).resolves.toBe('done');
    parent.abort('cancelled');
    expect(deadline.signal.aborted).toBe(false);
  });

  it('aborts the signal when the time is up', async () => {
    const deadline = new Deadline(20, undefined, 10);
    await expect(deadline.race(untilAborted(deadline.signal))).rejects.toBeInstanceOf(AttemptAborted);
    expect(deadline.signal.reason).toMatchObject({ reason: 'timeout' });
  });

  it('abandons a handler that does not heed the signal', async () => {
    const deadline = new Deadline(20, undefined, 10);
    await expect(deadline.race(new Promise(() => undefined))).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('rejects with why it was stopped, whatever the handler throws then', async () => {
    const deadline = new Deadline(10, undefined);
    const failing = untilAborted(deadline.signal).catch(() => {
      throw new Error('socket closed');
    });
    await expect(deadline.race(failing)).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('leaves what the handler threw by itself as it is', async () => {
    const deadline = new Deadline(60_000, undefined);
    await expect(deadline.race(Promise.reject(new Error('its own')))).rejects.toThrow('its own');
  });

  it('takes the result of a handler that finishes in spite of the signal', async () => {
    const deadline = new Deadline(10, undefined, 60_000);
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
    const deadline = new Deadline(60_000, parent.signal, 10);
    const racing = deadline.race(untilAborted(deadline.signal));
    parent.abort(reason);
    await expect(racing).rejects.toMatchObject({ reason: expected });
  });

  it('is aborted from the start when its parent is', async () => {
    const deadline = new Deadline(60_000, AbortSignal.abort('shutdown'), 10);
    expect(deadline.signal.aborted).toBe(true);
    await expect(deadline.race(new Promise(() => undefined))).rejects.toMatchObject({ reason: 'shutdown' });
  });

  it('does not take a very long time for none', async () => {
    const stop = new AbortController();
    const deadline = new Deadline(2 ** 40, stop.signal);
    const racing = deadline.race(untilAborted(deadline.signal));
    await new Promise((resolve) => setTimeout(resolve, 5)); // when Node would have fired
    stop.abort('shutdown');
    await expect(racing).rejects.toMatchObject({ reason: 'shutdown' });
  });
});
