import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Receiver, startReceiver } from './receiver.js';

let receiver: Receiver;

beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.stop());

const send = (path: string, key?: string, body?: string) =>
  fetch(receiver.url + path, { method: 'POST', body, headers: key === undefined ? {} : { 'Idempotency-Key': key } });

describe('Receiver', () => {
  it('remembers what it was sent', async () => {
    const response = await send('/hook?x=1', 'k1', 'hällo');
    await expect(response.json()).resolves.toEqual({});
    expect(receiver.requests).toMatchObject([{ method: 'POST', path: '/hook?x=1', idempotencyKey: 'k1' }]);
    expect(receiver.withKey('k1').map((request) => request.body.toString())).toEqual(['hällo']);
    expect(receiver.withKey('k2')).toEqual([]);
  });

  it('answers as told, by request and by how often its key came', async () => {
    receiver.respond = (request, count) =>
      count === 1 ? { status: 503, headers: { 'retry-after': '1' } } : { status: 201, body: { path: request.path } };
    const first = await send('/a', 'k');
    const second = await send('/b', 'k');
    expect([first.status, first.headers.get('retry-after'), second.status, await second.json()]).toEqual([503, '1', 201, { path: '/b' }]);
  });

  it('drops the connection when told to', async () => {
    receiver.respond = () => 'reset';
    await expect(send('/')).rejects.toThrow('fetch failed');
    expect(receiver.requests).toHaveLength(1);
  });

  it('waits for a number of requests', async () => {
    const arrived = receiver.waitForCount(2);
    await Promise.all([send('/1'), send('/2')]);
    await expect(arrived).resolves.toBeUndefined();
    await expect(receiver.waitForCount(3, 30)).rejects.toThrow('timed out after 30 ms waiting for 3 requests, received 2');
  });
});
