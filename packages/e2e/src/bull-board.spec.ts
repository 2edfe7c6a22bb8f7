import { type Receiver, type Stack, startReceiver, startStack } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { Api } from './api.js';
import { openBrowser } from './browser.js';

describe('Bull Board in a browser', () => {
  let stack: Stack;
  let receiver: Receiver;
  let browser: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    receiver = await startReceiver();
    stack = await startStack();
    browser = await openBrowser();
    page = await browser.newPage();
  }, 40_000);

  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
    await receiver?.stop();
  });

  it('asks for a key first, and takes only one that it knows', async () => {
    await page.goto(`${stack.url}/ui`);
    expect(page.url()).toBe(`${stack.url}/ui/login`);
    await page.getByLabel('API key').fill('x'.repeat(43));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('not known');
  });

  it('shows the jobs to an operator', async () => {
    const api = new Api(stack.url, stack.apiKey);
    const id = await api.submit('http.request', { url: `${receiver.url}/seen`, method: 'GET' });
    await api.wait(id);
    const foreign: string[] = [];
    page.on('requestfinished', (request) => {
      if (!request.url().startsWith(stack.url) && !request.url().startsWith('data:')) foreign.push(request.url());
    });
    await page.goto(`${stack.url}/ui`);
    await page.getByLabel('API key').fill(stack.apiKey);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`${stack.url}/ui`);
    await page.goto(`${stack.url}/ui/queue/io?status=completed`);
    await page.getByText(id).first().waitFor();
    expect(await page.getByText('http.request').count()).toBeGreaterThan(0);
    expect(foreign).toEqual([]);
  });

  it('is closed again after signing out', async () => {
    await page.evaluate(() => fetch('/ui/logout', { method: 'POST' }));
    await page.goto(`${stack.url}/ui/queue/io`);
    expect(page.url()).toBe(`${stack.url}/ui/login`);
  });
});
