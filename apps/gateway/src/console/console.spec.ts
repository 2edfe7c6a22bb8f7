import { EventStream } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bury } from '../fixtures/burial.js';
import { bearer, type Gateway, type KeyId, secretOf, startGateway } from '../fixtures/gateway.js';

describe('/console', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const page = (headers: Record<string, string> = {}, path = '/console') =>
    gateway.call('GET', path, { headers: { accept: 'text/html', ...headers } });
  const logIn = async (as: KeyId, to: string) => {
    const headers = { origin: gateway.url, 'sec-fetch-site': 'same-origin' };
    return gateway.call('POST', '/ui/login', { headers, body: new URLSearchParams({ key: secretOf(as), to }) });
  };

  it.each([
    ['/console', '/console'],
    ['/ui', '/ui'],
    ['https://evil.test/', '/ui'],
    ['//evil.test', '/ui'],
  ])('after a login that was to lead to %s, a browser is at %s', async (to, at) => {
    expect((await logIn('operator', to)).headers.get('location')).toBe(at);
  });

  it('is closed to everybody else, however its path is written', async () => {
    expect((await page()).headers.get('location')).toBe('/ui/login?to=/console');
    for (const path of ['/console', '/%63onsole', '/console/events', '/console/files/main.js', '/console/files/%6dain.js']) {
      expect({ path, status: (await gateway.call('GET', path)).status }).toEqual({ path, status: 401 });
      expect({ path, status: (await gateway.call('GET', path, { as: 'caller' })).status }).toEqual({ path, status: 403 });
    }
  });

  it('gives a browser with a session the page and its files, and nothing beside', async () => {
    const cookie = String((await logIn('viewer', '/console')).headers.get('set-cookie')).split(';')[0] ?? '';
    const { status, text, headers } = await page({ cookie });
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers.get('content-security-policy')).toContain("script-src 'self'");
    const names = [...text.matchAll(/\/console\/files\/([\w.]+)/g)].map(([, name = '']) => name);
    expect(names).toEqual(['uPlot.css', 'console.css', 'uPlot.js', 'main.js']);
    for (const name of names) {
      const file = await page({ cookie }, `/console/files/${name}`);
      expect([file.status, file.headers.get('x-content-type-options'), file.text.length > 100]).toEqual([200, 'nosniff', true]);
    }
    for (const name of ['none.js', '..%2findex.js', '%2e%2e%2fpackage.json', '__proto__']) {
      expect((await page({ cookie }, `/console/files/${name}`)).status).toBe(404);
    }
  });

  it('serves every module that another one imports', async () => {
    const seen = new Set<string>();
    const visit = async (name: string): Promise<void> => {
      if (seen.has(name)) return;
      seen.add(name);
      const { status, text } = await gateway.call('GET', `/console/files/${name}`, { as: 'viewer' });
      expect({ name, status }).toEqual({ name, status: 200 });
      for (const [, imported = ''] of text.matchAll(/from '\.\/([\w-]+\.js)'/g)) await visit(imported);
    };
    await visit('main.js');
    expect(seen.size).toBeGreaterThan(5);
  });

  it('tells how it goes: what was before, then what is, with what died', async () => {
    const [id] = await bury(gateway, 1);
    await using events = await EventStream.open(`${gateway.url}/console/events`, bearer('viewer'));
    const opening = await events.until(({ event }) => event === 'opening');
    expect(opening.data).toMatchObject({ mayWrite: false, history: expect.any(Array) });
    const news = await events.until(({ event }) => event === 'news');
    expect(news.data).toMatchObject({
      moment: { queues: [{ name: 'io', dead: 1 }, { name: 'rate-limited' }, { name: 'cpu' }, { name: 'external' }] },
      workers: [],
      decisions: [],
      deadLetters: [{ id, queue: 'io', name: 'http.request', tenant: 'acme', attempts: 1, code: 'http-status', message: 'it went wrong' }],
    });
    await events.until(({ event, data }) => event === 'news' && data !== news.data);
  });

  it('lets who may write change things, and only from its own page', async () => {
    const [id] = await bury(gateway, 1);
    const path = `/console/jobs/${id}/redrive`;
    const cookie = String((await logIn('operator', '/console')).headers.get('set-cookie')).split(';')[0] ?? '';
    const put = (headers: Record<string, string>, to = path) => gateway.call('PUT', to, { headers });
    expect((await gateway.call('PUT', path, { as: 'viewer' })).body.code).toBe('missing-scope');
    expect((await put({ cookie, origin: 'https://evil.test' })).body.code).toBe('cross-site');
    expect((await put({ cookie })).body.code).toBe('cross-site');
    expect((await put({ cookie, origin: gateway.url })).status).toBe(200);
    expect((await gateway.call('GET', `/v1/jobs/${id}`, { as: 'operator' })).body).toMatchObject({ state: 'waiting', redrives: 1 });
    expect((await put({ cookie, origin: gateway.url }, '/console/jobs/io_none/redrive')).body.code).toBe('job-not-found');
    expect((await put({ cookie, origin: gateway.url }, '/console/queues/none/redrive')).body.code).toBe('queue-not-found');
    expect((await put({ cookie, origin: gateway.url }, '/console/queues/io/redrive')).status).toBe(200);
    const { body } = await gateway.call('GET', '/v1/operations', { as: 'operator' });
    expect(body.items[0]).toMatchObject({ kind: 'redrive', createdBy: 'operator' });
  });
});
