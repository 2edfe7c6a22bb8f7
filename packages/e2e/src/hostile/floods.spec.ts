// Many at once, many that stay, and those that never come to their end.
import { EventStream, waitFor } from '@dts/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Fortress, KEYS } from './fortress.js';
import { URL_OF_NOBODY } from './payloads.js';
import type { RawAnswer } from './raw-http.js';

let fortress: Fortress;
/** Started first and judged last: they take as long as the gateway's patience. */
let slow: Record<'headers' | 'body' | 'nothing', Promise<{ answer: RawAnswer | undefined; afterMs: number }>>;

beforeAll(async () => {
  fortress = await Fortress.start();
  const start = `POST /v1/jobs HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${KEYS.acme}\r\n`;
  slow = {
    headers: fortress.raw.drip(`${start}X-Slow: `, 'x', 500),
    body: fortress.raw.drip(`${start}Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n{`, ' ', 500),
    nothing: fortress.raw.drip('', '', 500),
  };
}, 40_000);
afterAll(() => fortress?.stop());
afterEach(async () => {
  expect(await fortress.health()).toEqual({ alive: 200, ready: 200, unexpected: [] });
});

/** A job that nobody will run. */
const submit = () => fortress.as('acme').submit('http.request', { url: URL_OF_NOBODY });
const JSON_TYPE = 'Content-Type: application/json\r\n';

describe('many at once', () => {
  it('on one connection get each its answer, in order', async () => {
    const paths = Array.from({ length: 200 }, (_, index) => (index % 2 ? '/healthz' : '/nowhere'));
    const bytes = paths
      .map((path, index) => `GET ${path} HTTP/1.1\r\nHost: a\r\n${index === 199 ? 'Connection: close\r\n' : ''}\r\n`)
      .join('');
    const answers = await fortress.raw.answers(bytes);
    expect(answers.map(({ status }) => status)).toEqual(paths.map((path) => (path === '/healthz' ? 200 : 404)));
  });

  it('that only connect, or break off in the middle, leave nothing behind', async () => {
    const before = await fortress.figure('process_open_fds');
    const sockets = await Promise.all(Array.from({ length: 300 }, () => fortress.raw.connect()));
    for (const [index, socket] of sockets.entries())
      if (index % 2) socket.write(`POST /v1/jobs HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{`);
    expect((await fetch(`${fortress.stack.url}/healthz`)).status).toBe(200);
    for (const socket of sockets) socket.resetAndDestroy();
    await untilBelow(before + 10);
  });

  it('that wait for a job that never ends leave nothing behind when they go', async () => {
    const id = await submit();
    const before = await fortress.figure('process_open_fds');
    const sockets = await Promise.all(Array.from({ length: 300 }, () => fortress.raw.connect()));
    for (const socket of sockets) socket.write(fortress.request('GET', `/v1/jobs/${id}?wait=60`));
    expect((await fetch(`${fortress.stack.url}/readyz`)).status).toBe(200);
    for (const socket of sockets) socket.destroy();
    await untilBelow(before + 10);
  });
});

describe('streams of events', () => {
  it('are bounded for a key, leave other keys theirs, and leave nothing behind when they are broken off', async () => {
    const id = await submit();
    const before = await fortress.figure('process_open_fds');
    const events = `/v1/jobs/${id}/events`;
    const sockets = await Promise.all(Array.from({ length: 250 }, () => fortress.raw.connect()));
    for (const socket of sockets) socket.write(fortress.request('GET', events));
    const refused = await waitFor(async () => {
      const answer = await fetch(fortress.stack.url + events, { headers: { authorization: `Bearer ${KEYS.acme}` } });
      if (answer.status === 429) return answer;
      await answer.body?.cancel();
      return undefined;
    });
    expect([refused.headers.get('retry-after'), ((await refused.json()) as { code: string }).code]).toEqual(['1', 'too-many-streams']);
    const other = await fetch(fortress.stack.url + events, { headers: { authorization: `Bearer ${KEYS.operator}` } });
    expect([other.status, other.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/event-stream')]);
    await other.body?.cancel();
    for (const socket of sockets) socket.destroy();
    await untilBelow(before + 10);
  });

  it('cut off those that do not read, hold little for them until then, and leave alone who has nothing to read', async () => {
    const [long, quiet] = [await submit(), await submit()];
    await fortress.writeLog(long, { lines: 4_000, bytes: 16_384 });
    await waitFor(async () => (await fortress.figure('dts_event_streams')) === 0);
    await using reader = await EventStream.open(`${fortress.stack.url}/v1/jobs/${quiet}/events`, { authorization: `Bearer ${KEYS.acme}` });
    await reader.until(({ data }) => data.state === 'waiting');
    const before = await fortress.figure('process_resident_memory_bytes');
    const sockets = await Promise.all(Array.from({ length: 10 }, () => fortress.raw.connect()));
    for (const socket of sockets) socket.pause().write(fortress.request('GET', `/v1/jobs/${long}/events`));
    await waitFor(() => sockets.every(({ readableLength }) => readableLength > 0), { timeoutMs: 60_000, describe: 'an answer for each' });
    let most = 0;
    const isOver = async () => {
      most = Math.max(most, await fortress.figure('process_resident_memory_bytes'));
      return (await fortress.figure('dts_event_streams')) === 1;
    };
    await waitFor(isOver, { timeoutMs: 60_000, describe: 'all but one stream to end' });
    // All of it for all of them would be 650 MB.
    expect(most - before).toBeLessThan(250_000_000);
    await fortress.as('acme').call('DELETE', `/v1/jobs/${quiet}`);
    await reader.until(({ data }) => data.state === 'cancelled');
  }, 150_000);

  it.each(['x', 'dead.1.0.1.0', '%00', '9'.repeat(4_000), '-1.-1', '{"$gt":""}'])(
    'begin anew for a Last-Event-ID like %s',
    async (lastEventId) => {
      const id = await submit();
      const headers = { authorization: `Bearer ${KEYS.acme}`, 'last-event-id': lastEventId };
      const stopped = new AbortController();
      const response = await fetch(`${fortress.stack.url}/v1/jobs/${id}/events`, { headers, signal: stopped.signal });
      expect(response.status).toBe(200);
      let text = '';
      for await (const chunk of response.body ?? []) {
        text += Buffer.from(chunk).toString();
        if (text.includes(id)) break;
      }
      expect(text).toContain('event: state');
      stopped.abort();
    },
  );
});

describe('memory', () => {
  it('does not grow with what is refused', async () => {
    const refuse = async (rounds: number) => {
      const body = `{"name":"http.request","payload":{"url":"http://service.test/","text":"${'x'.repeat(200_000)}","unknown":1}}`;
      const bytes = fortress.request('POST', '/v1/jobs', `${JSON_TYPE}Content-Length: ${body.length}\r\n`, body);
      for (let round = 0; round < rounds; round++) await Promise.all(Array.from({ length: 10 }, () => fortress.raw.answer(bytes)));
    };
    await refuse(10);
    const before = await fortress.figure('nodejs_external_memory_bytes');
    await refuse(50);
    const grown = (await fortress.figure('nodejs_external_memory_bytes')) - before;
    // 100 MB were refused: what is kept of them is a fraction, until the next collection.
    expect(grown).toBeLessThan(50_000_000);
  });
});

describe('a request that never comes to its end', () => {
  it('is ended when its headers drip', async () => {
    const { answer, afterMs } = await slow.headers;
    expect(answer?.status).toBe(408);
    expect(afterMs).toBeLessThan(30_000);
  }, 60_000);

  it('is ended when its body drips', async () => {
    const { answer, afterMs } = await slow.body;
    expect(answer?.status).toBe(408);
    expect(afterMs).toBeLessThan(60_000);
  }, 90_000);

  it('is ended when nothing comes at all', async () => {
    const { afterMs } = await slow.nothing;
    expect(afterMs).toBeLessThan(60_000);
  }, 90_000);
});

/** Until the gateway has closed what it held open. */
async function untilBelow(most: number): Promise<void> {
  await waitFor(async () => (await fortress.figure('process_open_fds')) <= most, {
    describe: `at most ${most} open files`,
    timeoutMs: 15_000,
  });
}
