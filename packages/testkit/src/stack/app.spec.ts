import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { startServer } from './app.js';

const FIXTURE = join(import.meta.dirname, 'fixtures/server.ts');

describe('startServer', () => {
  it('waits until the server is ready, and stops it', async () => {
    const app = await startServer(FIXTURE, { env: { NAME: 'fixture' } });
    const response = await fetch(`${app.url}/readyz`);
    expect([response.status, await response.text()]).toEqual([200, 'fixture']);
    await expect(app.stop()).resolves.toEqual({ code: 0, signal: null });
  });

  it('tells what a server printed that ends at once', async () => {
    const starting = startServer(FIXTURE, { env: { BROKEN: 'yes' } });
    await expect(starting).rejects.toThrow(/server\.ts did not come up: it exited; its output ends:\nREDIS_URL: not a Redis URL/);
  });

  it('tells what the server answered last when it never gets ready', async () => {
    const starting = startServer(FIXTURE, { env: { NAME: 'no Redis' }, readyPath: '/elsewhere', timeoutMs: 1_500 });
    await expect(starting).rejects.toThrow('waiting for /elsewhere to answer 200; last error: 503 no Redis');
  });
});
