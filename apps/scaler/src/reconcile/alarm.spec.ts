import { createSignal, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Alarm } from './alarm.js';

describe('Alarm', () => {
  let waiting: number;
  let looks: string[];
  let sounded: number[];
  let alarm: Alarm;

  beforeEach(() => {
    waiting = 0;
    looks = [];
    sounded = [];
    alarm = new Alarm({
      waiting: async (queue) => {
        looks.push(queue);
        if (waiting < 0) throw new Error('no connection');
        return waiting;
      },
      slots: () => 5,
      sound: () => sounded.push(performance.now()),
    });
  });
  afterEach(() => alarm.stop());

  it('sounds when more wait than can run, and only then', async () => {
    waiting = 5;
    alarm.onArrival('io');
    await waitFor(() => looks.length === 1);
    waiting = 6;
    alarm.onArrival('io');
    await waitFor(() => sounded.length === 1);
    expect(looks).toEqual(['io', 'io']);
  });

  it('looks at each queue that has got jobs, once for all of them', async () => {
    for (let time = 0; time < 100; time++) alarm.onArrival(time % 2 === 0 ? 'io' : 'cpu');
    await waitFor(() => looks.length === 2);
    expect(looks.toSorted()).toEqual(['cpu', 'io']);
  });

  it('does not sound again at once, however many jobs come, and misses none', async () => {
    waiting = 6;
    alarm.onArrival('io');
    await waitFor(() => sounded.length === 1);
    alarm.onArrival('io');
    alarm.onArrival('cpu');
    await waitFor(() => sounded.length === 2);
    expect(Number(sounded[1]) - Number(sounded[0])).toBeGreaterThan(400);
    expect(looks.slice(1).toSorted()).toEqual(['cpu', 'io']);
  });

  it('leaves a look out that fails, and any after it was stopped', async () => {
    waiting = -1;
    alarm.onArrival('io');
    await waitFor(() => looks.length === 1);
    waiting = 6;
    alarm.stop();
    alarm.onArrival('io');
    const later = createSignal('a moment later');
    setTimeout(later.set, 50);
    await later.wait();
    expect([looks.length, sounded.length]).toEqual([1, 0]);
  });
});
