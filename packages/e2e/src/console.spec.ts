import { type Receiver, type Stack, startReceiver, startStack, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import axe from 'axe-core';
import type { Page, Route } from 'playwright-core';
import { Api } from './api.js';
import { API_KEYS, KEYS, type OperatorPage, openOperatorPage } from './operator-page.js';

const DESKTOP = { width: 1200, height: 900 };
const PHONE = { width: 360, height: 740 };

describe('the console in a browser', () => {
  let stack: Stack;
  let receiver: Receiver;
  let opened: OperatorPage;
  let page: Page;
  let api: Api;

  beforeAll(async () => {
    receiver = await startReceiver();
    // Nobody adds workers here, so this decision is made, and stays.
    const appEnv = { scaler: { SIGNAL_INTERVAL: '300', WORKERS_MIN: '2', WORKERS_MAX: '2' } };
    stack = await startStack({ env: { API_KEYS }, apps: ['worker', 'scaler'], appEnv });
    api = new Api(stack.url, KEYS.operator);
    opened = await openOperatorPage(stack.url);
    page = opened.page;
    await page.setViewportSize(DESKTOP);
  }, 40_000);

  afterAll(async () => {
    await opened?.browser.close();
    await stack?.stop();
    await receiver?.stop();
  });

  beforeEach(() => {
    receiver.respond = () => ({ body: {} });
  });

  async function signIn(key: string): Promise<void> {
    await page.goto(`${stack.url}/console`);
    await page.getByLabel('API key').fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`${stack.url}/console`);
    await page.getByText('Live since').waitFor();
  }

  const row = (name: string) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });
  const bury = async (path: string, body = 'not yet') => {
    receiver.respond = () => ({ status: 404, body });
    const id = await api.submit('http.request', { url: receiver.url + path });
    expect((await api.wait(id)).state).toBe('dead');
    receiver.respond = () => ({ body: 'now' });
    return id;
  };

  it('asks for a key first, and comes back once it knows it', async () => {
    await page.goto(`${stack.url}/console`);
    expect(page.url()).toBe(`${stack.url}/ui/login?to=/console`);
    await page.getByLabel('API key').fill('x'.repeat(43));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('API key').fill(KEYS.operator);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`${stack.url}/console`);
    await page.goto(`${stack.url}/ui`);
    expect(page.url()).toBe(`${stack.url}/ui`);
  });

  it('shows how it goes, and goes on showing it', async () => {
    await page.goto(`${stack.url}/console`);
    await page.getByText('Live since').waitFor();
    await row('io').getByText('0 of 500 on 1 worker').waitFor();
    await page.locator('#worker-rows th').waitFor();
    await page.locator('canvas').nth(4).waitFor();
    const paused = await api.call('POST', '/v1/queues/io:pause');
    expect(paused.status).toBe(200);
    const later = await api.submit('http.request', { url: receiver.url });
    await row('io').getByText('paused').waitFor();
    await row('io').locator('[data-label=Waiting]').getByText('1', { exact: true }).waitFor();
    await api.call('POST', '/v1/queues/io:resume');
    await api.wait(later);
    await row('io').locator('[data-label=Waiting]').getByText('0', { exact: true }).waitFor();
  });

  it('tells what the scaler decided, once', async () => {
    const decisions = page.locator('#decisions li', { hasText: 'io: 1 → 2' });
    await decisions.first().waitFor();
    await waitFor(async () => {
      const answer = await fetch(`${stack.apps.get('scaler')?.url}/v1/decisions?pool=io`);
      return ((await answer.json()) as { items: unknown[] }).items.length > 3;
    });
    expect(await decisions.count()).toBe(1);
  });

  it('shows what died, as text, and lets one start anew', async () => {
    const script = '<img src=x onerror="alert(1)">';
    const id = await bury('/one', script);
    await row(id).getByText('http-status').waitFor();
    expect(await row(id).textContent()).toContain(script);
    expect(await page.locator('img').count()).toBe(0);
    await page.getByRole('button', { name: `Redrive ${id}` }).click();
    await page.getByRole('status').getByText(`${id} starts anew.`).waitFor();
    expect(await api.wait(id)).toMatchObject({ state: 'completed' });
    await row(id).waitFor({ state: 'detached' });
    const { body } = await api.call<{ items: { action: string; target: string; details: object }[] }>('GET', '/v1/audit');
    expect(body.items).toContainEqual(expect.objectContaining({ action: 'job.retry', target: id, details: { from: 'console' } }));
  });

  it('lets all of a queue start anew, by keyboard, and asks before', async () => {
    const ids = [await bury('/a'), await bury('/b')];
    const all = page.getByRole('button', { name: 'Redrive all 2 of io' });
    await all.waitFor();
    await all.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Leave them');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect((await api.wait(String(ids[0]), 0)).state).toBe('dead');
    await all.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    for (const id of ids) await waitFor(async () => (await api.wait(id)).state === 'completed');
    await page.getByText('None.', { exact: true }).waitFor();
  });

  it.each([
    ['on a desktop, light', DESKTOP, 'light'],
    ['on a desktop, dark', DESKTOP, 'dark'],
    ['on a phone, light', PHONE, 'light'],
    ['on a phone, dark', PHONE, 'dark'],
  ] as const)('can be used by everybody: %s', async (_where, size, colorScheme) => {
    const id = await bury('/seen');
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme });
    await page.goto(`${stack.url}/console`);
    await row(id).waitFor();
    await page.locator('canvas').nth(4).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    await page.evaluate(axe.source);
    const { violations, passes } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
    expect(violations.map(({ id: rule, nodes }) => `${rule}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
    expect(passes.map(({ id: rule }) => rule)).toEqual(expect.arrayContaining(['color-contrast', 'button-name', 'html-has-lang']));
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the queues');
  });

  it('says so when nothing can be read, and goes on by itself', async () => {
    await page.setViewportSize(DESKTOP);
    stack.redis.pause();
    await page.locator('#live[data-live=no]').waitFor();
    stack.redis.resume();
    await page.locator('#live[data-live=yes]').waitFor();
  });

  it('goes on by itself when a proxy has answered for the gateway', async () => {
    await page.route('**/console/events', (route) => route.fulfill({ status: 503 }), { times: 1 });
    await page.reload();
    await page.getByText('The gateway cannot be reached').waitFor();
    await page.locator('#live[data-live=yes]').waitFor();
  });

  it('shows a key that may only read no buttons, and refuses what it sends all the same', async () => {
    const id = await bury('/kept');
    await page.goto(`${stack.url}/ui/logout`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(`${stack.url}/ui/login`);
    await signIn(KEYS.viewer);
    await row(id).waitFor();
    expect(await page.locator('main button').count()).toBe(0);
    const forged = await page.evaluate(
      (job) =>
        Promise.all(
          [`jobs/${job}`, 'queues/io'].map((path) => fetch(`/console/${path}/redrive`, { method: 'PUT' }).then(({ status }) => status)),
        ),
      id,
    );
    expect(forged).toEqual([403, 403]);
    expect((await api.wait(id, 0)).state).toBe('dead');
  });

  it('says when the session is over', async () => {
    const endSession = async (route: Route) => {
      await opened.browser.clearCookies();
      await route.fulfill({ status: 401 });
    };
    await page.route('**/console/events', endSession, { times: 1 });
    await page.reload();
    await page.getByRole('link', { name: 'Sign in again' }).click();
    await page.getByLabel('API key').waitFor();
  });

  it('has asked nobody else for anything, and nothing went wrong in it', () => {
    expect([opened.foreign, opened.alarms]).toEqual([[], []]);
  });
});
