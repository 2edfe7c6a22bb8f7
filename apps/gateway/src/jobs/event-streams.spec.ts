import { beforeEach, describe, expect, it } from '@jest/globals';
import { Gauge, Registry } from 'prom-client';
import { EventStreams } from './event-streams.js';

let gauge: Gauge;
let streams: EventStreams;

beforeEach(() => {
  gauge = new Gauge({ name: 'streams', help: 'x', registers: [new Registry()] });
  streams = new EventStreams({ EVENT_STREAMS: 3, EVENT_STREAMS_PER_KEY: 2, EVENT_STREAM_STALL: 1_000 }, gauge);
});

const openNow = async () => (await gauge.get()).values[0]?.value;
const refused = (detail: string) => expect.objectContaining({ code: 'too-many-streams', detail: expect.stringContaining(detail) });

describe('EventStreams', () => {
  it('are bounded for each key, and for all together', () => {
    streams.open('a');
    streams.open('a');
    expect(() => streams.open('a')).toThrow(refused('The key "a" has 2'));
    streams.open('b');
    expect(() => streams.open('b')).toThrow(refused('This gateway has 3'));
  });

  it('make room once each when they are closed', async () => {
    const close = streams.open('a');
    streams.open('a');
    close();
    close();
    await expect(openNow()).resolves.toBe(1);
    streams.open('a');
    expect(() => streams.open('a')).toThrow(refused('The key "a"'));
    await expect(openNow()).resolves.toBe(2);
  });
});
