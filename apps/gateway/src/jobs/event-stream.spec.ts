import { setTimeout as delay } from 'node:timers/promises';
import type { Notice } from '@dts/queue';
import { describe, expect, it } from '@jest/globals';
import { toEventStream } from './event-stream.js';

const told = { state: 'active', attemptsMade: 0, startedAt: 1_000, failures: 0, lines: 3 } as const;
const notices: Notice[] = [
  { event: { kind: 'state', state: 'active', at: 1_000, attemptsMade: 0, error: null, failures: 0 }, told },
  { event: { kind: 'progress', progress: { step: 'a\nb' }, at: 2_500 }, told },
  { event: { kind: 'log', line: 2, text: 'data: x\r\n\r\nevent: forged' }, told },
];

async function textOf(notices: AsyncIterable<Notice | undefined>, heartbeatMs?: number): Promise<string[]> {
  const texts: string[] = [];
  for await (const text of toEventStream('io_1', notices, heartbeatMs)) texts.push(text);
  return texts;
}

async function* list(): AsyncGenerator<Notice> {
  yield* notices;
}

describe('toEventStream', () => {
  it('writes events that nothing in them can break out of', async () => {
    expect(await textOf(list())).toEqual([
      'retry: 1000\n\n',
      'event: state\nid: active.0.1000.0.3\ndata: {"id":"io_1","state":"active","at":"1970-01-01T00:00:01.000Z","attemptsMade":0,"error":null}\n\n',
      'event: progress\nid: active.0.1000.0.3\ndata: {"id":"io_1","progress":{"step":"a\\nb"},"at":"1970-01-01T00:00:02.500Z"}\n\n',
      'event: log\nid: active.0.1000.0.3\ndata: {"id":"io_1","line":2,"text":"data: x\\r\\n\\r\\nevent: forged"}\n\n',
    ]);
  });

  it('writes a comment when there is nothing new for long, and only then', async () => {
    async function* quiet(): AsyncGenerator<Notice | undefined> {
      yield notices[0];
      yield undefined;
      await delay(60);
      yield undefined;
      yield undefined;
    }
    const texts = await textOf(quiet(), 50);
    expect(texts.map((text) => text.split(':')[0])).toEqual(['retry', 'event', '']);
  });
});
