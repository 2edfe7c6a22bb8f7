import { createSignal, waitFor } from '@dts/testkit';
import { describe, expect, it } from '@jest/globals';
import { Loop } from './loop.js';

describe('Loop', () => {
  it('goes on after the time that its body gives, one turn at a time', async () => {
    let running = 0;
    let most = 0;
    let turns = 0;
    const loop = new Loop(async () => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      turns++;
      return 1;
    });
    loop.start();
    await waitFor(() => turns >= 5);
    await loop.stop();
    expect(most).toBe(1);
  });

  it('lets the turn that is under way end when it is stopped, and begins no other', async () => {
    const finish = createSignal('the turn may end');
    let turns = 0;
    const loop = new Loop(async () => {
      turns++;
      await finish.wait();
      return 0;
    });
    loop.start();
    let hasStopped = false;
    const stopped = loop.stop().then(() => {
      hasStopped = true;
    });
    await new Promise(setImmediate);
    expect([turns, hasStopped, loop.isStopped]).toEqual([1, false, true]);
    finish.set();
    await stopped;
    await new Promise(setImmediate);
    expect(turns).toBe(1);
  });

  it('begins later when it is told to, or not at all when it is stopped before', async () => {
    let turns = 0;
    const loop = new Loop(async () => ++turns * 60_000);
    loop.start(60_000);
    await loop.stop();
    expect(turns).toBe(0);
    const soon = new Loop(async () => ++turns * 60_000);
    soon.start(1);
    await waitFor(() => turns === 1);
    await soon.stop();
  });
});
