import { describe, expect, it } from '@jest/globals';
import { WakeUp } from './wake-up.js';

/** Far longer than a test may take: whatever resolves did so because it was called. */
const FOREVER_MS = 60_000;

describe('WakeUp', () => {
  it('resolves at a call', async () => {
    const wakeUp = new WakeUp(new AbortController().signal);
    const next = wakeUp.next(FOREVER_MS);
    wakeUp.call();
    await expect(next).resolves.toBeUndefined();
  });

  it('does not miss a call between two waits, and takes many for one', async () => {
    const wakeUp = new WakeUp(new AbortController().signal);
    wakeUp.call();
    wakeUp.call();
    await wakeUp.next(FOREVER_MS);
    const startedAt = performance.now();
    await wakeUp.next(30);
    expect(performance.now() - startedAt).toBeGreaterThan(25);
  });

  it('resolves for good once its signal aborts', async () => {
    const controller = new AbortController();
    const wakeUp = new WakeUp(controller.signal);
    const next = wakeUp.next(FOREVER_MS);
    controller.abort();
    await next;
    await wakeUp.next(FOREVER_MS);
    await new WakeUp(controller.signal).next(FOREVER_MS);
    expect(controller.signal.aborted).toBe(true);
  });

  it('is not called any more after dispose', async () => {
    const controller = new AbortController();
    const wakeUp = new WakeUp(controller.signal);
    const next = wakeUp.next(30);
    wakeUp.dispose();
    const startedAt = performance.now();
    controller.abort();
    await next;
    expect(performance.now() - startedAt).toBeGreaterThan(20);
  });
});
