import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startReceiver } from '@dts/testkit';
import { describe, expect, it } from '@jest/globals';
import { provideApiKey } from './api-key.js';
import { baseUrl } from './apps.js';
import { banner, curlLine } from './banner.js';
import type { StackFacts } from './stack.js';
import { TemporaryFolder } from './testing/temporary-folder.js';

const run = promisify(execFile);

describe('curlLine', () => {
  it('works when pasted into bash, whatever the folder is called', async () => {
    using folder = new TemporaryFolder();
    const odd = join(folder.path, `it's "odd" $HOME & co`);
    mkdirSync(odd);
    const { path } = provideApiKey(odd);
    const gateway = await startReceiver(() => ({ status: 201, body: { id: '1' } }));
    const { url } = gateway;
    const { stdout } = await run('bash', ['-c', curlLine(url, path)], { cwd: '/' });
    await gateway.stop();
    expect(stdout).toBe('{"id":"1"}');
    const [request] = gateway.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/v1/jobs' });
    expect(request?.headers).toMatchObject({
      authorization: expect.stringMatching(/^Bearer dts_[A-Za-z0-9_-]{43}$/),
      'content-type': 'application/json',
    });
    expect(JSON.parse(String(request?.body))).toEqual({
      name: 'http.request',
      payload: { method: 'GET', url: `${url}/healthz` },
    });
  });
});

describe('baseUrl', () => {
  it.each([
    ['127.0.0.1', 'http://127.0.0.1:1'],
    ['0.0.0.0', 'http://127.0.0.1:1'],
    ['::', 'http://[::1]:1'],
    ['fe80::1', 'http://[fe80::1]:1'],
    ['box.lan', 'http://box.lan:1'],
  ])('turns HOST=%s into %s', (host, url) => {
    expect(baseUrl(host, 1)).toBe(url);
  });
});

const FACTS: StackFacts = {
  host: '127.0.0.1',
  ports: { gateway: 1, scaler: 3 },
  workers: [{ name: 'worker-io-1', port: 2 }],
  apiKeyFile: undefined,
  dataDir: { root: '/data', redis: '/data/redis', logs: '/data/logs', release: () => {} },
  warnings: [],
};

describe('banner', () => {
  it('names the keys that the operator has set instead of a file', () => {
    const text = banner({ ...FACTS, host: '0.0.0.0' });
    expect(text).toContain('as set by API_KEYS');
    expect(text).toContain('Bearer $API_KEY');
    expect(text).toContain('http://127.0.0.1:3/metrics');
    expect(text).toContain('http://127.0.0.1:2/metrics  (worker-io-1)');
    expect(text).not.toContain('0.0.0.0');
    expect(text).not.toContain('WARNING');
  });

  it('says what keeps the promise from being kept', () => {
    expect(banner({ ...FACTS, warnings: ['Redis has appendonly no'] })).toMatch(/WARNING: .*\n {2}Redis has appendonly no\n/);
  });
});
