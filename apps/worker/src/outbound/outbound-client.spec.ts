import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createSignal, type Receiver, startReceiver } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Resolve } from './connector.js';
import { OutboundClient, type OutboundRequest } from './outbound-client.js';
import { OutboundPolicy, type OutboundRules } from './policy.js';

let receiver: Receiver;
let other: Receiver;
const clients: OutboundClient[] = [];
const servers: Server[] = [];

function client(rules: Partial<OutboundRules> = {}, resolve?: Resolve): OutboundClient {
  const made = new OutboundClient(new OutboundPolicy({ allow: [], deny: [], allowLoopback: true, ...rules }), resolve);
  clients.push(made);
  return made;
}

function get(url: string, more: Partial<OutboundRequest> = {}): OutboundRequest {
  return { method: 'GET', url, maxRedirects: 5, maxBodyBytes: 1_024, signal: new AbortController().signal, ...more };
}

/** Answers one after the other with these, and with the last one from then on. */
function answers(...hosts: readonly (readonly string[])[]): Resolve {
  let asked = 0;
  return async () => {
    const addresses = hosts[Math.min(asked++, hosts.length - 1)] ?? [];
    return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
}

beforeEach(async () => {
  receiver = await startReceiver();
  other = await startReceiver();
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((made) => made.close()));
  await Promise.all([receiver.stop(), other.stop()]);
  for (const server of servers.splice(0)) server.close();
});

describe('where it connects to', () => {
  const refused = { name: 'FinalError', code: 'outbound-refused' };

  it.each(['127.0.0.1', 'localhost', '2130706433', '0x7f000001', '0177.0.0.1', '127.1', '[::1]', '[::ffff:127.0.0.1]', 'LOCALHOST'])(
    'does not call the machine itself as %s',
    async (host) => {
      await expect(client({ allowLoopback: false }).request(get(`http://${host}:${receiver.port}/`))).rejects.toMatchObject({
        ...refused,
        message: expect.stringMatching(/may not call .*OUTBOUND_ALLOW_LOOPBACK=true/),
      });
      expect(receiver.requests).toHaveLength(0);
    },
  );

  it('names host, address and rule when it refuses', async () => {
    const denying = client({ deny: ['10.0.0.0/8'] }, answers(['10.1.2.3']));
    await expect(denying.request(get('http://internal.example/'))).rejects.toThrow(
      'This worker may not call internal.example at 10.1.2.3: OUTBOUND_DENY names 10.0.0.0/8.',
    );
  });

  it.each(['http', 'https'])('checks %s alike', async (scheme) => {
    await expect(client({}, answers(['169.254.169.254'])).request(get(`${scheme}://rebind.example/`))).rejects.toMatchObject(refused);
    await expect(client().request(get(`${scheme}://169.254.169.254/latest/meta-data/`))).rejects.toMatchObject(refused);
  });

  it.each(['metadata.google.internal', 'evil.example'])('refuses %s for good where no resolver knows it', async (host) => {
    const unknown = client({ deny: ['evil.example'] }, () => Promise.reject(new Error('getaddrinfo ENOTFOUND')));
    await expect(unknown.request(get(`http://${host}/`))).rejects.toMatchObject(refused);
    await expect(unknown.request(get('http://other.example/'))).rejects.toMatchObject({ code: 'network' });
  });

  it('is not fooled by a name that changes its address between two requests', async () => {
    const rebound = client({}, answers(['127.0.0.1'], ['169.254.169.254']));
    receiver.respond = () => ({ headers: { connection: 'close' } });
    await expect(rebound.request(get(`http://rebind.example:${receiver.port}/`))).resolves.toMatchObject({ status: 200 });
    await expect(rebound.request(get(`http://rebind.example:${receiver.port}/`))).rejects.toMatchObject(refused);
  });

  it('connects to the address it has checked, and asks for it once', async () => {
    let asked = 0;
    const resolve = answers(['127.0.0.1'], ['169.254.169.254']);
    const counted = client({}, (host) => {
      asked += 1;
      return resolve(host);
    });
    await counted.request(get(`http://once.example:${receiver.port}/`));
    expect(asked).toBe(1);
  });

  it('leaves refused addresses out of several', async () => {
    const mixed = client({}, answers(['169.254.169.254', 'fe80::1', '127.0.0.1']));
    await expect(mixed.request(get(`http://mixed.example:${receiver.port}/`))).resolves.toMatchObject({ status: 200 });
  });

  it.each(['http://169.254.169.254/latest/meta-data/', 'http://[::ffff:a9fe:a9fe]/', 'http://metadata.google.internal/'])(
    'does not follow a redirect to %s',
    async (location) => {
      receiver.respond = () => ({ status: 302, headers: { location } });
      // Wherever the name would lead, the answer is the same.
      await expect(client({}, answers(['127.0.0.1'])).request(get(receiver.url))).rejects.toMatchObject(refused);
    },
  );
});

describe('redirects', () => {
  it('follows as many as it may, and no more', async () => {
    receiver.respond = ({ path }) => {
      const left = Number(path.slice(1));
      return left > 0 ? { status: 307, headers: { location: `/${left - 1}` }, body: 'moved' } : { body: 'here' };
    };
    const answer = await client().request(get(`${receiver.url}/3`, { maxRedirects: 3 }));
    expect(answer.body.toString()).toBe('here');
    await expect(client().request(get(`${receiver.url}/4`, { maxRedirects: 3 }))).rejects.toMatchObject({
      name: 'FinalError',
      code: 'too-many-redirects',
    });
  });

  it('takes a redirect for the answer when it may follow none or when it is what is wanted', async () => {
    receiver.respond = () => ({ status: 302, headers: { location: other.url } });
    await expect(client().request(get(receiver.url, { maxRedirects: 0 }))).rejects.toMatchObject({
      name: 'FinalError',
      code: 'http-status',
    });
    await expect(client().request(get(receiver.url, { accepts: (status) => status === 302 }))).resolves.toMatchObject({ status: 302 });
    expect(other.requests).toHaveLength(0);
  });

  it('carries the body to another origin, and no credentials', async () => {
    receiver.respond = () => ({ status: 307, headers: { location: `${other.url}/there` } });
    const headers = { Authorization: 'Bearer secret', Cookie: 'a=b', 'Content-Type': 'text/plain', 'Webhook-Signature': 'v1,x' };
    await client().request(get(receiver.url, { method: 'POST', headers, body: Buffer.from('hello') }));
    expect(receiver.requests[0]?.headers).toMatchObject({ authorization: 'Bearer secret', cookie: 'a=b', 'webhook-signature': 'v1,x' });
    const [arrived] = other.requests;
    expect(arrived).toMatchObject({ method: 'POST', path: '/there', body: Buffer.from('hello') });
    expect(Object.keys(arrived?.headers ?? {}).sort()).toEqual(['connection', 'content-length', 'content-type', 'host', 'user-agent']);
  });

  it('refuses to leave HTTP', async () => {
    receiver.respond = () => ({ status: 302, headers: { location: 'file:///etc/passwd' } });
    await expect(client().request(get(receiver.url))).rejects.toMatchObject({ name: 'FinalError', code: 'redirect-refused' });
  });
});

describe('what a failure means', () => {
  it.each([408, 425, 429, 500, 502, 503, 504])('retries %p', async (status) => {
    receiver.respond = () => ({ status, body: 'busy' });
    await expect(client().request(get(receiver.url))).rejects.toMatchObject({ name: 'RetryableError', code: 'http-status' });
  });

  it.each([400, 401, 404, 409, 410, 422, 304])('gives up on %p', async (status) => {
    receiver.respond = () => ({ status });
    await expect(client().request(get(receiver.url))).rejects.toMatchObject({ name: 'FinalError', code: 'http-status' });
  });

  it('says what was asked and what came back, and no secret of the URL', async () => {
    receiver.respond = () => ({ status: 404, body: `no\n\u0000such  thing ${'x'.repeat(1_000)}` });
    const url = `http://user:password@127.0.0.1:${receiver.port}/things/1?token=secret`;
    const failure = client().request(get(url));
    await expect(failure).rejects.toThrow(/^GET http:\/\/127\.0\.0\.1:\d+\/things\/1\?… answered 404: no such thing x{180,190}$/);
  });

  it.each([
    ['a closed port', () => 'http://127.0.0.1:1/', /ECONNREFUSED/],
    ['a name that does not exist', () => 'http://nowhere.example/', /ENOTFOUND/],
    ['a dropped connection', () => receiver.url, /failed: /],
  ])('retries %s', async (_what, url, message) => {
    receiver.respond = () => 'reset';
    const failing: Resolve = () => Promise.reject(Object.assign(new Error('getaddrinfo ENOTFOUND nowhere.example'), { code: 'ENOTFOUND' }));
    const failure = client({}, failing).request(get(url()));
    await expect(failure).rejects.toMatchObject({ name: 'RetryableError', code: 'network', message: expect.stringMatching(message) });
  });

  it('retries when its own time is up, whether the head or the body is missing', async () => {
    const never = createSignal<object>('the answer');
    receiver.respond = () => never.wait(60_000);
    await expect(client().request(get(receiver.url, { timeoutMs: 30 }))).rejects.toMatchObject({
      name: 'RetryableError',
      code: 'http-timeout',
      message: expect.stringMatching(/took longer than 30 ms/),
    });
    never.set({});
    other.respond = () => ({ headers: { 'content-length': '10' }, body: 'short' });
    await expect(client().request(get(other.url, { timeoutMs: 30 }))).rejects.toMatchObject({ code: 'http-timeout' });
  });

  it("throws the signal's own reason when the job is stopped", async () => {
    const stopped = new AbortController();
    const reason = new Error('the job was cancelled');
    const arrived = createSignal('the request');
    const held = createSignal<object>('the answer');
    receiver.respond = () => {
      arrived.set();
      return held.wait(60_000);
    };
    const failure = client().request(get(receiver.url, { signal: stopped.signal, timeoutMs: 60_000 }));
    await arrived.wait();
    stopped.abort(reason);
    await expect(failure).rejects.toBe(reason);
    await expect(client().request(get(receiver.url, { signal: stopped.signal }))).rejects.toBe(reason);
    held.set({});
    expect(receiver.requests).toHaveLength(1);
  });
});

describe('what it reads and sends', () => {
  it('keeps the beginning of a long body, and the connection when little is left', async () => {
    let connections = 0;
    const server = createServer((_request, response) => response.end(Buffer.alloc(100_000, 'a'))).listen(0, '127.0.0.1');
    servers.push(server);
    server.on('connection', () => connections++);
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const one = client();
    const first = await one.request(get(url, { maxBodyBytes: 1_000 }));
    expect(first).toMatchObject({ truncated: true, body: Buffer.alloc(1_000, 'a') });
    // The pool has the connection back a turn later.
    await nextTurn();
    const exact = await one.request(get(url, { maxBodyBytes: 100_000 }));
    expect(exact).toMatchObject({ truncated: false, body: Buffer.alloc(100_000, 'a') });
    expect(connections).toBe(1);
  });

  it('ends a body that does not end', async () => {
    const closed = createSignal('the connection to be closed');
    const server = createServer((_request, response) => {
      const write = () => {
        while (response.write(Buffer.alloc(64 * 1024)));
      };
      response.on('drain', write).on('close', closed.set);
      write();
    }).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const answer = await client().request(get(url, { maxBodyBytes: 1_000 }));
    expect(answer).toMatchObject({ truncated: true, body: Buffer.alloc(1_000) });
    await closed.wait();
  });

  it('sends credentials of the URL as a header, unless one is set', async () => {
    const url = `http://ada:p%40ss@127.0.0.1:${receiver.port}/`;
    await client().request(get(url));
    await client().request(get(url, { headers: { Authorization: 'Bearer mine' } }));
    const sent = receiver.requests.map((request) => request.headers.authorization);
    expect(sent).toEqual([`Basic ${Buffer.from('ada:p@ss').toString('base64')}`, 'Bearer mine']);
  });

  it('holds a thousand requests open at once', async () => {
    const everyone = createSignal<object>('all requests');
    receiver.respond = () => everyone.wait(60_000);
    const one = client();
    const answers = Promise.all(Array.from({ length: 1_000 }, () => one.request(get(receiver.url))));
    await receiver.waitForCount(1_000, 15_000);
    everyone.set({});
    expect(new Set((await answers).map(({ status }) => status))).toEqual(new Set([200]));
  });
});
