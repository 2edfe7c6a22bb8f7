import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SchedulerClient } from './scheduler-client.js';
import { collect } from './testing/collect.js';
import { ScriptedGateway } from './testing/scripted-gateway.js';

const AT = '2030-01-01T00:00:00.000Z';

let gateway: ScriptedGateway;

beforeEach(async () => {
  gateway = new ScriptedGateway();
  await gateway.start();
});
afterEach(() => gateway.stop());

const client = () => new SchedulerClient({ url: gateway.url, apiKey: 'k' });
const told = (id: number, event: string, data: object) =>
  `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify({ id: 'io_1', ...data })}\n\n`;
const state = (id: number, name: string) => told(id, 'state', { state: name, at: AT, attemptsMade: 0, error: null });
const answer = (body: string, open = false) => ({ status: 200, headers: { 'content-type': 'text/event-stream' }, body, open });
const resumedAt = () => gateway.seen.map(({ headers }) => headers['last-event-id']);

describe('events', () => {
  it('tells what happens to a job, and ends with it', async () => {
    const progress = told(2, 'progress', { progress: 0.5, at: AT });
    const log = told(3, 'log', { line: 0, text: 'half of it' });
    gateway.script = [
      answer(`: hello\n\n${state(1, 'active')}${progress}${log}event: later\ndata: no JSON\n\n${state(4, 'completed')}`, true),
    ];
    await expect(collect(client().events('io/1'))).resolves.toEqual([
      { type: 'state', id: 'io_1', state: 'active', at: AT, attemptsMade: 0, error: null, lastEventId: '1' },
      { type: 'progress', id: 'io_1', progress: 0.5, at: AT, lastEventId: '2' },
      { type: 'log', id: 'io_1', line: 0, text: 'half of it', lastEventId: '3' },
      expect.objectContaining({ type: 'state', state: 'completed', lastEventId: '4' }),
    ]);
    const { path, headers } = gateway.seen[0] ?? {};
    expect([path, headers?.accept, headers?.authorization]).toEqual(['/v1/jobs/io%2F1/events', 'text/event-stream', 'Bearer k']);
    await gateway.untilHungUp();
  });

  it('goes on where a connection ended, told by halves or cut off', async () => {
    gateway.script = [
      answer(`${state(1, 'waiting')}id: 2\nevent: state\ndata: {"half":`),
      { status: 503, body: { code: 'unavailable' } },
      'reset',
      answer(state(2, 'active')),
      answer(''),
      answer(state(3, 'dead')),
    ];
    const events = await collect(client().events('io_1'));
    expect(events.map((event) => event.type === 'state' && event.state)).toEqual(['waiting', 'active', 'dead']);
    expect(resumedAt()).toEqual([undefined, '1', '1', '1', '2', '2']);
  });

  it('takes any number of connections, as long as each has something to tell', async () => {
    gateway.script = [...Array.from({ length: 7 }, (_, index) => answer(state(index, 'waiting'))), answer(state(7, 'completed'))];
    await expect(collect(client().events('io_1'))).resolves.toHaveLength(8);
  });

  it('goes on after an event that is known already', async () => {
    gateway.script = [answer(state(8, 'completed'))];
    await expect(collect(client().events('io_1', { lastEventId: '7' }))).resolves.toHaveLength(1);
    expect(resumedAt()).toEqual(['7']);
    await expect(collect(client().events('io_1', { lastEventId: 'a\nb' }))).rejects.toThrow(TypeError);
  });

  it('gives the connection up when nobody reads on', async () => {
    gateway.script = [answer(state(1, 'active'), true)];
    for await (const event of client().events('io_1')) {
      expect([event.lastEventId, gateway.open]).toEqual(['1', 1]);
      break;
    }
    await gateway.untilHungUp();
    expect(gateway.seen).toHaveLength(1);
  });

  it('ends with the reason of the signal, and gives the connection up', async () => {
    gateway.script = [answer(state(1, 'active'), true)];
    const stop = new AbortController();
    const events = client().events('io_1', { signal: stop.signal });
    await events.next();
    const next = events.next();
    stop.abort(new Error('shutting down'));
    await expect(next).rejects.toThrow('shutting down');
    await gateway.untilHungUp();
  });

  it('waits as long as the stream asks before another connection', async () => {
    gateway.script = [answer(`retry: 300\n${state(1, 'active')}`), answer(state(2, 'completed'))];
    await collect(client().events('io_1'));
    const [first, second] = gateway.seen;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(299);
  });

  it('tells that there is no such job, that the answer is none, and that streams end before they begin', async () => {
    gateway.script = [{ status: 404, body: { code: 'job-not-found', detail: 'There is no such job.' } }];
    await expect(collect(client().events('io_1'))).rejects.toMatchObject({ code: 'job-not-found' });
    gateway.script = [answer('event: state\ndata: {\n\n')];
    await expect(collect(client().events('io_1'))).rejects.toMatchObject({ code: 'bad-answer' });
    gateway.script = [{ status: 200, headers: { 'content-type': 'text/html' }, body: '<p>Hello</p>' }];
    await expect(collect(client().events('io_1'))).rejects.toMatchObject({ code: 'bad-answer', status: 200 });
    gateway.script = [answer('')];
    await expect(collect(client().events('io_1'))).rejects.toMatchObject({ code: 'network', jobId: 'io_1' });
    expect(gateway.seen).toHaveLength(8);
  });
});
