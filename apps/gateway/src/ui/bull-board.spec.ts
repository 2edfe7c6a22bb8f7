import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bearer, type Gateway, type KeyId, secretOf, startGateway } from '../fixtures/gateway.js';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway[Symbol.asyncDispose]());

/** As it stands here: fetch would tidy the path up before it sends it. */
async function statusOf(path: string, as?: KeyId): Promise<[status: number, showsQueues: boolean]> {
  const authorization = as ? `Authorization: ${bearer(as).authorization}\r\n` : '';
  const answer = await gateway.raw(`GET ${path} HTTP/1.1\r\nHost: a\r\n${authorization}Connection: close\r\n\r\n`);
  return [Number(answer.split(' ')[1]), answer.includes('"queues":[')];
}

const signIn = (key: string, headers: Record<string, string> = { origin: gateway.url }) =>
  gateway.call('POST', '/ui/login', { body: new URLSearchParams({ key }), headers });
const cookieOf = async (id: KeyId) => String((await signIn(secretOf(id))).headers.get('set-cookie')?.split(';')[0]);

describe('the guard of /ui', () => {
  const pages = ['/ui', '/ui/', '/ui/queue/io', '/%75i', '/u%69/'];
  const data = ['/ui/api/queues', '/%75i/api/queues', '/ui/%61pi/queues', '/%75%69/%61%70%69/%71ueues', '/ui/api/queues?page=1'];
  const nowhere = [
    '/ui/../ui/api/queues',
    '//ui/api/queues',
    '/ui//api/queues',
    '/./ui/api/queues',
    '/ui%2fapi/queues',
    '/UI/api/queues',
    '/ui;/api/queues',
    '/ui/api/queues/',
  ];

  it.each([...pages, ...data, '/ui/static/js/main.js'])('lets nobody without a key see %s', async (path) => {
    await expect(statusOf(path)).resolves.toEqual([401, false]);
  });

  it.each([...pages, ...data])('refuses a key without ops:read at %s', async (path) => {
    await expect(statusOf(path, 'caller')).resolves.toEqual([403, false]);
  });

  it.each(pages)('shows %s to a viewer', async (path) => {
    await expect(statusOf(path, 'viewer')).resolves.toEqual([200, false]);
  });

  it.each(data)('shows the queues to a viewer at %s', async (path) => {
    await expect(statusOf(path, 'viewer')).resolves.toEqual([200, true]);
  });

  it.each(nowhere)('shows nothing at %s, with or without a key', async (path) => {
    for (const as of [undefined, 'viewer'] as const) {
      const [status, showsQueues] = await statusOf(path, as);
      expect({ path, as, refused: status === 401 || status === 404, showsQueues }).toEqual({ path, as, refused: true, showsQueues: false });
    }
  });

  it('lets only ops:write change something', async () => {
    const pause = (as?: KeyId) => gateway.call('PUT', '/ui/api/queues/io/pause', { as });
    await expect(pause()).resolves.toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    await expect(pause('viewer')).resolves.toMatchObject({ status: 403, body: { detail: 'The key "viewer" lacks the scope ops:write.' } });
    const retry = await gateway.call('POST', '/ui/api/queues/io/add', { as: 'viewer', body: {} });
    expect(retry).toMatchObject({ status: 403, body: { code: 'missing-scope' } });
    const { body } = await gateway.call('GET', '/ui/api/queues', { as: 'viewer' });
    expect(body.queues.map(({ isPaused }: { isPaused: boolean }) => isPaused)).toEqual([false, false, false]);
    await expect(pause('operator')).resolves.toMatchObject({ status: 200 });
    await expect(gateway.call('PUT', '/ui/api/queues/io/resume', { as: 'operator' })).resolves.toMatchObject({ status: 200 });
  });
});

describe('signing in', () => {
  it('is where a browser is sent to', async () => {
    const answer = await gateway.call('GET', '/ui/queue/io', { headers: { accept: 'text/html,*/*' } });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/ui/login']);
    const page = await gateway.call('GET', '/ui/login');
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('<form method="post" action="/ui/login">')]);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
  });

  it('with a key opens a session that shows the queues', async () => {
    const answer = await signIn(` ${secretOf('viewer')}\n`);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/ui']);
    expect(answer.headers.get('set-cookie')).toMatch(/^dts_session=.*; HttpOnly; SameSite=Strict$/);
    expect(answer.headers.get('set-cookie')).not.toContain(secretOf('viewer'));
    const cookie = await cookieOf('viewer');
    await expect(gateway.call('GET', '/ui/api/queues', { headers: { cookie } })).resolves.toMatchObject({ status: 200 });
    await expect(gateway.call('GET', '/ui', { headers: { cookie, accept: 'text/html' } })).resolves.toMatchObject({ status: 200 });
  });

  it.each([
    ['a key that is not known', 'wrong'.padEnd(40, '0'), 401, 'This key is not known here.'],
    ['no key', '', 401, 'This key is not known here.'],
    ['a key without ops:read', secretOf('caller'), 403, 'This key lacks the scope ops:read.'],
  ])('with %s asks again', async (_what, key, status, alert) => {
    const answer = await signIn(key);
    expect(answer).toMatchObject({ status, text: expect.stringContaining(`<p role="alert">${alert}</p>`) });
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  it.each([
    ['from another site', { origin: 'https://evil.test' }, 403, 'cross-site'],
    ['from nowhere', {}, 403, 'cross-site'],
    ['from a sandboxed frame', { origin: 'null' }, 403, 'cross-site'],
  ])('%s is refused', async (_what, headers, status, code) => {
    const answer = await signIn(secretOf('operator'), headers as Record<string, string>);
    expect(answer).toMatchObject({ status, body: { code } });
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  it('takes no more than a form may have', async () => {
    await expect(signIn('x'.repeat(5_000))).resolves.toMatchObject({ status: 413, body: { code: 'payload-too-large' } });
  });

  it('out ends the session of the browser', async () => {
    const answer = await gateway.call('POST', '/ui/logout', { headers: { cookie: await cookieOf('operator'), origin: gateway.url } });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([303, expect.stringContaining('dts_session=; Path=/ui; Max-Age=0')]);
  });
});

describe('a session', () => {
  it.each([
    ['from another site', { origin: 'https://evil.test' }],
    ['from a page that does not say where it is from', {}],
    ['from another port', { origin: 'http://127.0.0.1:1' }],
  ])('changes nothing on a request %s', async (_what, headers) => {
    const cookie = await cookieOf('operator');
    const answer = await gateway.call('PUT', '/ui/api/queues/cpu/pause', { headers: { cookie, ...headers } });
    expect(answer).toMatchObject({ status: 403, body: { code: 'cross-site' } });
  });

  it('changes what its key may change, from its own page', async () => {
    const pause = async (id: KeyId, verb: string) =>
      gateway.call('PUT', `/ui/api/queues/cpu/${verb}`, { headers: { cookie: await cookieOf(id), origin: gateway.url } });
    await expect(pause('viewer', 'pause')).resolves.toMatchObject({ status: 403, body: { code: 'missing-scope' } });
    await expect(pause('operator', 'pause')).resolves.toMatchObject({ status: 200 });
    await expect(pause('operator', 'resume')).resolves.toMatchObject({ status: 200 });
  });

  it('that was forged is none', async () => {
    const cookie = (await cookieOf('viewer')).replace('viewer', 'operator');
    await expect(gateway.call('GET', '/ui/api/queues', { headers: { cookie } })).resolves.toMatchObject({ status: 401 });
  });

  it('is good for /ui only, not for the API', async () => {
    const cookie = await cookieOf('operator');
    await expect(gateway.call('GET', '/v1/job-types', { headers: { cookie } })).resolves.toMatchObject({ status: 401 });
  });
});
