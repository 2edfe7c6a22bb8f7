import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Gateway, secretOf, startGateway } from '../../fixtures/gateway.js';

/** A request every thousand seconds: no test is so slow that a bucket fills meanwhile. */
const RARELY = 0.001;
const limitedKey = (id: string, burst: number, more: object = {}) => ({
  id,
  key: secretOf(id as 'caller'),
  scopes: ['jobs:submit', 'jobs:read', 'ops:read'],
  tenant: 'acme',
  rateLimit: { perSecond: RARELY, burst },
  ...more,
});

let gateway: Gateway;

beforeAll(async () => {
  const keys = [
    limitedKey('few', 3),
    limitedKey('batches', 10),
    limitedKey('flows', 10),
    limitedKey('free', 1, { rateLimit: null }),
    limitedKey('usual', 1, { rateLimit: undefined }),
    limitedKey('board', 1),
  ];
  gateway = await startGateway({ API_KEYS: JSON.stringify(keys), RATE_LIMIT: '0.001/s:2', UNAUTHENTICATED_LIMIT: '0.001/s:4' });
});
afterAll(() => gateway[Symbol.asyncDispose]());

const as = (id: string) => ({ authorization: `Bearer ${secretOf(id as 'caller')}` });
const get = (id: string, path = '/v1/job-types') => gateway.call('GET', path, { headers: as(id) });
const statuses = async (id: string, count: number) => {
  const answers: number[] = [];
  for (let number = 0; number < count; number++) answers.push((await get(id)).status);
  return answers;
};

describe('a key', () => {
  it('may make as many requests as it is configured for, and is told what is left and when to come back', async () => {
    const first = await get('few');
    expect(first.headers.get('ratelimit-policy')).toBe('"requests";q=3;w=3000');
    expect(first.headers.get('ratelimit')).toMatch(/^"requests";r=2;t=(9\d\d|1000)$/);
    expect((await get('few', '/v1/jobs/io_1')).status).toBe(404);
    expect((await get('few')).headers.get('ratelimit')).toMatch(/^"requests";r=0;t=/);
    const refused = await get('few');
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate-limited', detail: expect.stringContaining('"few"') } });
    const retryAfter = Number(refused.headers.get('retry-after'));
    expect(retryAfter > 900 && retryAfter <= 1_000).toBe(true);
  });

  it('is limited by the default where it says nothing, and not at all where it says null', async () => {
    expect(await statuses('usual', 3)).toEqual([200, 200, 429]);
    expect(await statuses('free', 20)).toEqual(Array(20).fill(200));
    expect((await get('free')).headers.get('ratelimit')).toBeNull();
  });

  it('pays for each job of a batch, the last of which may go beyond what is left: then nothing until that is made up for', async () => {
    const job = { name: 'http.request', payload: { url: 'http://service.test/' } };
    const batch = (count: number) =>
      gateway.call('POST', '/v1/jobs:batch', { headers: as('batches'), body: { jobs: Array(count).fill(job) } });
    const first = await batch(4);
    expect([first.status, first.headers.get('ratelimit')]).toEqual([200, expect.stringMatching(/^"requests";r=6;/)]);
    expect((await batch(30)).status).toBe(200);
    const refused = await batch(1);
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate-limited' } });
    // 24 jobs too many, and one more for the next request.
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(24_000);
  });

  it('pays for each job of a flow', async () => {
    const job = { name: 'http.request', payload: { url: 'http://service.test/' } };
    const body = { ...job, children: [{ ...job, children: [job] }, job] };
    const { headers } = await gateway.call('POST', '/v1/flows', { headers: as('flows'), body });
    expect(headers.get('ratelimit')).toMatch(/^"requests";r=6;/);
  });

  it('is not limited in Bull Board, which asks every few seconds', async () => {
    for (let number = 0; number < 5; number++) expect((await get('board', '/ui/api/queues')).status).toBe(200);
  });
});

describe('an address', () => {
  it('is refused otherwise once it came too often without a known key, and those who have one are not held up', async () => {
    const unknown = (headers: Record<string, string> = {}, path = '/v1/job-types') => gateway.call('GET', path, { headers });
    expect([(await unknown()).status, (await unknown(as('nobody'))).status]).toEqual([401, 401]);
    expect((await unknown({}, '/ui/api/queues')).status).toBe(401);
    const login = await gateway.call('POST', '/ui/login', {
      body: new URLSearchParams({ key: 'guess' }),
      headers: { origin: gateway.url },
    });
    expect(login.status).toBe(401);
    const refused = await unknown();
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate-limited' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await unknown(as('nobody'), '/ui/api/queues')).status).toBe(429);
    expect((await get('free')).status).toBe(200);
  });
});
