import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type * as Client from '@dts/client';
import { type Stack, startStack } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { openBrowser } from './browser.js';

const INDEX = fileURLToPath(import.meta.resolve('@dts/client'));

/** Serves the client as it is built, and an empty page. */
async function servePage(): Promise<Server> {
  const server = createServer(async ({ url = '' }, response) => {
    const name = /^\/([a-z-]+\.js)$/.exec(url)?.[1];
    if (url === '/') response.setHeader('content-type', 'text/html').end('<!doctype html><title>A page</title>');
    else if (!name) response.writeHead(404).end();
    else response.setHeader('content-type', 'text/javascript').end(await readFile(fileURLToPath(new URL(name, `file://${INDEX}`))));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const originOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

describe('the client in a browser', () => {
  const servers: Server[] = [];
  let stack: Stack;
  let browser: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    servers.push(await servePage(), await servePage());
    stack = await startStack({ env: { CORS_ORIGINS: originOf(servers[0] as Server) } });
    browser = await openBrowser();
    page = await browser.newPage();
  }, 40_000);

  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
    for (const server of servers) server.close();
  });

  /** What a page has to know. */
  const access = (server: 0 | 1) => ({ url: stack.url, apiKey: stack.apiKey, index: `${originOf(servers[server] as Server)}/index.js` });

  it('submits, waits, follows, streams and lists, from the page of an origin that may', async () => {
    await page.goto(originOf(servers[0] as Server));
    const seen = await page.evaluate(async ({ url, apiKey, index }) => {
      const { SchedulerClient }: typeof Client = await import(index);
      const client = new SchedulerClient({ url, apiKey });
      const payload = { method: 'GET', url: `${url}/healthz` } as const;
      const job = await client.waitFor(await client.submit('http.request', payload, { idempotencyKey: 'from-a-page' }));
      const again = await client.submit('http.request', payload, { idempotencyKey: 'from-a-page' });
      const states: string[] = [];
      const later = await client.submit('http.request', payload, { delay: 300 });
      for await (const event of client.events(later.id)) if (event.type === 'state') states.push(event.state);
      const streamed: boolean[] = [];
      const jobs = Array.from({ length: 30 }, () => ({ name: 'http.request', payload, delay: 60_000, tags: ['streamed'] }) as const);
      for await (const { job: taken } of client.submitStream(jobs, { batchSize: 10 })) streamed.push(taken !== undefined);
      const listed = new Set<string>();
      for await (const { id } of client.list({ tag: 'streamed' }, { limit: 20 })) listed.add(id);
      return { state: job.state, status: job.result?.status, replayed: again.replayed, states, streamed, listed: listed.size };
    }, access(0));
    expect(seen).toMatchObject({ state: 'completed', status: 200, replayed: true, streamed: Array(30).fill(true), listed: 30 });
    expect([seen.states.at(0), seen.states.at(-1)]).toEqual(['scheduled', 'completed']);
  }, 40_000);

  it('gives the connection of events up when the page reads no further', async () => {
    const ended = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/events'));
    await page.evaluate(async ({ url, apiKey, index }) => {
      const { SchedulerClient }: typeof Client = await import(index);
      const client = new SchedulerClient({ url, apiKey });
      const { id } = await client.submit('http.request', { url }, { delay: 60_000 });
      for await (const _event of client.events(id)) break;
    }, access(0));
    await ended;
  });

  it('is told the problem with its Retry-After, and nothing at all on the page of another origin', async () => {
    const read = async ({ url, apiKey, index }: ReturnType<typeof access>) => {
      const { SchedulerClient, SchedulerError }: typeof Client = await import(index);
      const error = await new SchedulerClient({ url, apiKey, retries: 0 }).get('io_nothing').catch((thrown: unknown) => thrown);
      return error instanceof SchedulerError ? [error.status, error.code] : [String(error)];
    };
    expect(await page.evaluate(read, access(0))).toEqual([404, 'job-not-found']);
    await page.goto(originOf(servers[1] as Server));
    expect(await page.evaluate(read, access(1))).toEqual([0, 'network']);
  });
});
