import { createSignal } from '@dts/testkit';
import { describe, expect, it } from '@jest/globals';
import { sendByTimetable } from './open-loop.js';

const { signal } = new AbortController();

describe('sendByTimetable', () => {
  it('sends on while nothing is answered, and counts from the moments of the timetable', async () => {
    const answers = createSignal('the last one was sent');
    const intended: number[] = [];
    const send = (at: number) => {
      // Nobody is answered before the last one was sent.
      if (intended.push(at) === 20) answers.set();
      return answers.wait();
    };
    await sendByTimetable({ perSecond: 200, seconds: 0.1 }, send, signal);
    const gaps = intended.slice(1).map((at, index) => Math.round(at - (intended[index] ?? 0)));
    expect(gaps).toEqual(Array(19).fill(5));
  });

  it('ends with what went wrong first', async () => {
    const send = async () => {
      throw new Error('refused');
    };
    await expect(sendByTimetable({ perSecond: 1_000, seconds: 60 }, send, signal)).rejects.toThrow('refused');
  });

  it('ends when it is told to', async () => {
    const stopping = new AbortController();
    const send = async () => stopping.abort(new Error('Stopped.'));
    await expect(sendByTimetable({ perSecond: 10, seconds: 60 }, send, stopping.signal)).rejects.toThrow('Stopped.');
  });
});
