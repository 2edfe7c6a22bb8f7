import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ScalerClient } from './scaler-client.js';
import { collect } from './testing/collect.js';
import { ScriptedGateway } from './testing/scripted-gateway.js';

const STATUS = { items: [], leader: null, policy: { source: 'built-in', loadedAt: '2026-11-25T08:00:00.000Z', problem: null } };
const PIN = { pool: 'io', replicas: 3, until: '2026-11-25T08:10:00.000Z', by: 'ops' };

let scaler: ScriptedGateway;

beforeEach(async () => {
  scaler = new ScriptedGateway();
  await scaler.start();
});
afterEach(() => scaler.stop());

describe('the scaler', () => {
  it('is read without a key', async () => {
    scaler.script = [
      { status: 200, body: STATUS },
      { status: 200, body: { items: [{ id: '2' }], nextCursor: 'next' } },
      { status: 200, body: { items: [{ id: '1' }], nextCursor: null } },
    ];
    const client = new ScalerClient({ url: `${scaler.url}/` });
    await expect(client.status()).resolves.toEqual(STATUS);
    await expect(collect(client.decisions({ pool: 'io' }, { limit: 1 }))).resolves.toEqual([{ id: '2' }, { id: '1' }]);
    expect(scaler.seen.map(({ path }) => path)).toEqual([
      '/v1/pools',
      '/v1/decisions?pool=io&limit=1',
      '/v1/decisions?pool=io&limit=1&cursor=next',
    ]);
    expect(scaler.seen.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });

  it('is pinned and unpinned with one', async () => {
    scaler.script = [{ status: 200, body: PIN }, { status: 204 }];
    const client = new ScalerClient({ url: scaler.url, apiKey: 'k' });
    await expect(client.pin('a/b', { replicas: 3, forSeconds: 600 })).resolves.toEqual(PIN);
    await expect(client.unpin('io')).resolves.toBeUndefined();
    expect(scaler.seen.map(({ method, path, body, headers }) => [`${method} ${path} ${body}`.trim(), headers.authorization])).toEqual([
      ['PUT /v1/pools/a%2Fb/pin {"replicas":3,"forSeconds":600}', 'Bearer k'],
      ['DELETE /v1/pools/io/pin', 'Bearer k'],
    ]);
  });

  it('is told from something else that answers', async () => {
    scaler.script = [{ status: 200, body: { hello: 'world' } }];
    await expect(new ScalerClient({ url: scaler.url }).status()).rejects.toMatchObject({ code: 'bad-answer' });
  });

  it('is not called at what is no URL, or with what is no key', () => {
    expect(() => new ScalerClient({ url: 'scaler' })).toThrow('not the URL of a scaler');
    expect(() => new ScalerClient({ url: scaler.url, apiKey: 'two words' })).toThrow('visible ASCII');
  });
});
