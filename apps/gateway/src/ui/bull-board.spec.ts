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
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'; /);
    expect(page.headers.get('cache-control')).toBe('no-store');
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
    ['from a neighbour of the same name', { 'sec-fetch-site': 'same-site' }, 403, 'cross-site'],
  ])('%s is refused', async (_what, headers, status, code) => {
    const own = 'sec-fetch-site' in headers ? { origin: gateway.url } : {};
    const answer = await signIn(secretOf('operator'), { ...own, ...headers } as Record<string, string>);
    expect(answer).toMatchObject({ status, body: { code } });
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  it('takes no more than a form may have', async () => {
    await expect(signIn('x'.repeat(5_000))).resolves.toMatchObject({ status: 413, body: { code: 'payload-too-large' } });
  });

  it('over TLS makes a cookie for TLS', async () => {
    const origin = gateway.url.replace('http:', 'https:');
    expect((await signIn(secretOf('viewer'), { origin })).headers.get('set-cookie')).toMatch(/; Secure$/);
  });

  it.each(['viewer', 'operator'] as const)('out ends the session of the browser, for a %s', async (id) => {
    const cookie = await cookieOf(id);
    const page = await gateway.call('GET', '/ui/logout', { headers: { cookie } });
    expect([page.status, page.text]).toEqual([200, expect.stringContaining(`“${id}”`)]);
    const answer = await gateway.call('POST', '/ui/logout', { headers: { cookie, origin: gateway.url } });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([303, expect.stringContaining('dts_session=; Path=/; Max-Age=0')]);
  });

  it('out is not for other sites to do', async () => {
    const headers = { cookie: await cookieOf('viewer'), origin: 'https://evil.test' };
    await expect(gateway.call('POST', '/ui/logout', { headers })).resolves.toMatchObject({ status: 403, body: { code: 'cross-site' } });
  });
});

describe('a session', () => {
  it.each([
    ['from another site', { origin: 'https://evil.test' }],
    ['from a page that does not say where it is from', {}],
    ['from another port', { origin: 'http://127.0.0.1:1' }],
    ['from a page that says to be from here, and is not', { 'sec-fetch-site': 'cross-site' }],
  ])('changes nothing on a request %s', async (_what, headers) => {
    const own = { cookie: await cookieOf('operator'), ...('sec-fetch-site' in headers && { origin: gateway.url }) };
    const answer = await gateway.call('PUT', '/ui/api/queues/cpu/pause', { headers: { ...own, ...headers } as Record<string, string> });
    // As its pages show errors, too.
    expect(answer).toMatchObject({ status: 403, body: { code: 'cross-site', error: 'The request comes from another site' } });
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

describe('a queue', () => {
  const queuesOf = async (as: KeyId) => (await gateway.call('GET', '/ui/api/queues?activeQueue=io&status=delayed', { as })).body.queues;

  it('is one to read for a key that may change nothing', async () => {
    for (const queue of await queuesOf('viewer')) expect(queue).toMatchObject({ readOnlyMode: true, allowRetries: false });
    for (const queue of await queuesOf('operator')) expect(queue).toMatchObject({ readOnlyMode: false, allowCompletedRetries: false });
  });

  it('shows jobs short and without secrets, wherever they are looked at', async () => {
    const payload = { url: 'http://ada:pass@service.test/', headers: { Authorization: 'Bearer s3cret' }, text: 'x'.repeat(50_000) };
    const { body } = await gateway.call('POST', '/v1/jobs', { as: 'caller', body: { name: 'http.request', delay: 3_600_000, payload } });
    const listed = await gateway.call('GET', '/ui/api/queues?activeQueue=io&status=delayed', { as: 'viewer' });
    const alone = await gateway.call('GET', `/ui/api/queues/io/${body.id}`, { as: 'viewer' });
    for (const { text } of [listed, alone]) {
      expect(text).toContain('service.test');
      expect(text).not.toMatch(/s3cret|ada:pass/);
      expect(text.length).toBeLessThan(20_000);
    }
  });
});

describe('a change in Bull Board', () => {
  const entries = async () => (await gateway.call('GET', '/v1/audit?limit=100', { as: 'viewer' })).body.items as Record<string, unknown>[];
  const put = (path: string, as: KeyId = 'operator', body?: unknown) => gateway.call('PUT', `/ui/api/queues${path}`, { as, body });
  const submit = async (options: object = {}) => {
    const body = { name: 'http.request', payload: { url: 'http://service.test/' }, ...options };
    return (await gateway.call('POST', '/v1/jobs', { as: 'caller', body })).body.id as string;
  };

  it("of a queue is the API's, and in the log", async () => {
    const io = async () => (await gateway.call('GET', '/v1/queues/io', { as: 'viewer' })).body;
    await put('/io/pause');
    expect(await io()).toMatchObject({ paused: true });
    await put('/io/concurrency', 'operator', { concurrency: 7 });
    await put('/io/rate-limit', 'operator', { max: 3, duration: 1_000 });
    expect(await io()).toMatchObject({ limits: { concurrency: 7, rate: { max: 3, per: 1_000 } } });
    await put('/io/concurrency', 'operator', { concurrency: 0 });
    await put('/io/rate-limit', 'operator', { max: null });
    await put('/resume');
    expect(await io()).toMatchObject({ paused: false, limits: { concurrency: null, rate: null } });
    const [resumed, , , , , paused] = await entries();
    expect(resumed).toMatchObject({ action: 'queue.resume', target: '*', keyId: 'operator', outcome: 'done' });
    expect(paused).toMatchObject({ action: 'queue.pause', target: 'io', details: { from: 'bull-board' }, outcome: 'done' });
  });

  it('of a job that is scheduled runs it now, and of one that has ended lets it start anew', async () => {
    const id = await submit({ delay: 3_600_000 });
    expect((await put(`/io/${id}/promote`)).status).toBe(200);
    expect((await gateway.call('GET', `/v1/jobs/${id}`, { as: 'caller' })).body.state).toBe('waiting');
    await put(`/io/${id}/clean`);
    expect((await put(`/io/${id}/retry`)).status).toBe(200);
    expect((await gateway.call('GET', `/v1/jobs/${id}`, { as: 'caller' })).body.state).toBe('waiting');
    expect((await entries()).slice(0, 3)).toMatchObject([
      { action: 'job.retry', target: id, outcome: 'done' },
      { action: 'job.cancel', target: id, outcome: 'done' },
      { action: 'job.promote', target: id, outcome: 'done' },
    ]);
    const { text } = await gateway.call('GET', '/metrics');
    expect(text).toMatch(/dts_dead_letter_changes_total\{queue="io",change="retried"\} 1\n/);
  });

  it('of all that have failed starts an operation, which the API can follow', async () => {
    await expect(put('/io/retry/failed')).resolves.toMatchObject({ status: 200, body: { retried: 0, skipped: 0 } });
    const { body } = await gateway.call('GET', '/v1/operations', { as: 'operator' });
    expect(body.items[0]).toMatchObject({ kind: 'redrive', filter: { queue: 'io' }, createdBy: 'operator' });
    await expect(put('/io/retry/completed')).resolves.toMatchObject({ status: 409, body: { code: 'not-retryable' } });
  });

  it('of a job that waits cancels it', async () => {
    const id = await submit({ delay: 3_600_000 });
    expect((await put(`/io/${id}/clean`)).status).toBe(200);
    expect((await gateway.call('GET', `/v1/jobs/${id}`, { as: 'caller' })).body.state).toBe('cancelled');
    expect((await entries())[0]).toMatchObject({ action: 'job.cancel', target: id, outcome: 'done' });
  });

  it('that cannot be made says why, as its pages show it, and is in the log', async () => {
    const id = `io_${'0'.repeat(26)}`;
    await expect(put(`/io/${id}/clean`)).resolves.toMatchObject({
      status: 404,
      body: { code: 'job-not-found', error: 'There is no such job', message: expect.stringContaining(id) },
    });
    expect((await entries())[0]).toMatchObject({ action: 'job.cancel', target: id, outcome: 'job-not-found' });
    await expect(put('/nowhere/pause')).resolves.toMatchObject({ status: 404, body: { code: 'queue-not-found' } });
    await expect(put('/io/concurrency', 'operator', { concurrency: -1 })).resolves.toMatchObject({ status: 422 });
  });

  it('is not in the log when it is refused, nor is what is only read', async () => {
    const before = (await entries()).length;
    expect((await put('/cpu/pause', 'viewer')).status).toBe(403);
    expect((await gateway.call('GET', '/ui/api/queues', { as: 'viewer' })).status).toBe(200);
    expect(await entries()).toHaveLength(before);
  });

  it.each([
    ['POST', '/io/add'],
    ['PUT', '/io/promote'],
    ['PUT', '/io/clean/completed'],
    ['PUT', '/io/empty'],
    ['PUT', '/io/obliterate'],
    ['PUT', '/io/rate-limit/release'],
    ['PATCH', '/io/JOB/update-data'],
    ['PATCH', '/io/JOB/delay'],
    ['PATCH', '/io/JOB/priority'],
    ['PUT', '/io/JOB/remove-unprocessed-children'],
    ['PUT', '/io/job-schedulers/x/remove'],
    ['PATCH', '/io/job-schedulers/x'],
    ['PUT', '/io/job-schedulers/x/run'],
  ])('%s %s is switched off, for everybody', async (method, path) => {
    const id = await submit({ delay: 3_600_000, tags: ['as-it-was'] });
    const body = { name: 'http.request', data: { payload: {} }, jobData: {}, delay: 0, priority: 1, force: true };
    const answer = await gateway.call(method, `/ui/api/queues${path.replace('JOB', id)}`, { as: 'operator', body });
    expect(answer).toMatchObject({ status: 403, body: { error: 'Switched off' } });
    const { body: job } = await gateway.call('GET', `/v1/jobs/${id}`, { as: 'caller' });
    expect(job).toMatchObject({ state: 'scheduled', tags: ['as-it-was'], payload: { url: 'http://service.test/' } });
  });
});
