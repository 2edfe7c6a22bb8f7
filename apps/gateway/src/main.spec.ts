import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { type App, type RedisServer, startApp, startRedis, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { API_KEYS, bearer } from './fixtures/gateway.js';

let redis: RedisServer;

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const start = (env: Record<string, string> = {}, readyPath?: string): Promise<App> =>
  startApp('gateway', { env: { REDIS_URL: redis.url, API_KEYS, LOG_FORMAT: 'json', ...env }, readyPath });
const submit = (app: App) =>
  fetch(`${app.url}/v1/jobs`, {
    method: 'POST',
    headers: { ...bearer('caller'), 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'http.request', payload: { url: 'http://service.test/' }, delay: 60_000 }),
  });

describe('the gateway as a process', () => {
  it('answers what is in flight when it is told to stop, and exits with 0', async () => {
    const app = await start();
    const { id } = (await (await submit(app)).json()) as { id: string };
    const waiting = get(`${app.url}/v1/jobs/${id}?wait=60`, { headers: bearer('caller') });
    await once(waiting, 'socket').then(([socket]) => once(socket, 'connect'));
    await fetch(`${app.url}/healthz`); // it has read what was sent before
    const response = once(waiting, 'response') as Promise<[IncomingMessage]>;
    const stopped = app.stop();
    const [answer] = await response;
    let text = '';
    for await (const chunk of answer) text += chunk;
    expect([answer.statusCode, JSON.parse(text).state]).toEqual([200, 'scheduled']);
    await expect(stopped).resolves.toEqual({ code: 0, signal: null });
    await expect(fetch(`${app.url}/healthz`)).rejects.toThrow();
  });

  it('serves on while balancers learn that it goes: not ready, and each answer ends its connection', async () => {
    const app = await start({ DRAIN_DELAY: '1500' });
    const agent = new Agent({ keepAlive: true });
    const ask = async (path: string) => {
      const [answer] = (await once(get(app.url + path, { agent, headers: bearer('caller') }), 'response')) as [IncomingMessage];
      answer.resume();
      return [answer.statusCode, answer.headers.connection];
    };
    await expect(ask('/readyz')).resolves.toEqual([200, 'keep-alive']);
    const ahead = connect(app.port, '127.0.0.1');
    await once(ahead, 'connect');
    const stopped = app.stop();
    await waitFor(async () => (await ask('/readyz'))[0] === 503, { describe: '/readyz to answer 503' });
    expect((await submit(app)).status).toBe(201);
    await expect(ask('/v1/queues')).resolves.toEqual([expect.any(Number), 'close']);
    ahead.write('GET /healthz HTTP/1.1\r\nHost: gateway\r\n\r\n'); // opened before, and used only now
    expect(String((await once(ahead, 'data'))[0])).toMatch(/^HTTP\/1\.1 200 /);
    await expect(stopped).resolves.toEqual({ code: 0, signal: null });
    agent.destroy();
    ahead.destroy();
  });

  it('stops within seconds although Redis is gone and somebody waited', async () => {
    const own = await startRedis();
    const app = await start({ REDIS_URL: own.url });
    const { id } = (await (await submit(app)).json()) as { id: string };
    await fetch(`${app.url}/v1/jobs/${id}?wait=1`, { headers: bearer('caller') });
    await own.stop();
    const startedAt = performance.now();
    await expect(app.stop()).resolves.toEqual({ code: 0, signal: null });
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  it('starts while Redis is down, and serves once it is up', async () => {
    const late = await startRedis();
    await late.kill();
    const app = await start({ REDIS_URL: late.url }, '/healthz');
    expect((await submit(app)).status).toBe(503);
    await late.restart();
    await waitFor(async () => (await fetch(`${app.url}/readyz`)).ok, { describe: '/readyz to answer 200' });
    expect((await submit(app)).status).toBe(201);
    await app.stop();
    await late.stop();
  });

  it('refuses a wrong environment at once, and keys without quoting them', async () => {
    const wrong = start({ PORT: 'http', DURABILITY: 'magic', SESSION_SECRET: 'short', REDIS_URL: 'redis://:hunter2@a:b' });
    const keys = start({ API_KEYS: '[{"key":"hunter2"}]' });
    await Promise.all([
      expect(wrong).rejects.toThrow(/PORT: [\s\S]*DURABILITY: [\s\S]*SESSION_SECRET: needs 32 characters/),
      expect(wrong).rejects.not.toThrow('hunter2'),
      expect(keys).rejects.toThrow('API_KEYS/0/key: needs 32 characters or more'),
      expect(keys).rejects.not.toThrow('hunter2'),
      expect(keys).rejects.not.toThrow('ExceptionHandler'),
    ]);
  });
});
