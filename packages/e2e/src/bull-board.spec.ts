import { type Receiver, type Stack, startReceiver, startStack, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { Api } from './api.js';
import { API_KEYS, KEYS, type OperatorPage, openOperatorPage } from './operator-page.js';

const ICONS = { retry: 'refresh-cw', promote: 'corner-up-left', cancel: 'trash2' };

describe('Bull Board in a browser', () => {
  let stack: Stack;
  let receiver: Receiver;
  let opened: OperatorPage;
  let page: Page;
  let api: Api;

  beforeAll(async () => {
    receiver = await startReceiver();
    stack = await startStack({ env: { API_KEYS } });
    api = new Api(stack.url, KEYS.operator);
    opened = await openOperatorPage(stack.url);
    page = opened.page;
  }, 40_000);

  afterAll(async () => {
    await opened?.browser.close();
    await stack?.stop();
    await receiver?.stop();
  });

  async function signIn(key: string): Promise<void> {
    await page.goto(`${stack.url}/ui`);
    await page.getByLabel('API key').fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }

  async function signOut(): Promise<void> {
    await page.goto(`${stack.url}/ui/logout`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(`${stack.url}/ui/login`);
  }

  /** On the page of one job. */
  const button = (icon: string) => page.locator(`[class*=jobActions] button:has(.lucide-${icon})`);
  const buttonsSeen = () => page.locator('[class*=jobActions] button:visible').count();

  async function openJob(id: string, queue = 'io'): Promise<void> {
    await page.goto(`${stack.url}/ui/queue/${queue}/${id}`);
    await page.getByText(id).first().waitFor();
  }

  /** Confirms, and waits until the gateway has answered. */
  async function confirmed(path: string): Promise<number> {
    const answered = page.waitForResponse((response) => response.url().includes(path));
    await page.getByRole('button', { name: 'Confirm' }).click();
    return (await answered).status();
  }

  it('asks for a key first, and takes only one that it knows', async () => {
    await signIn('x'.repeat(43));
    expect(page.url()).toBe(`${stack.url}/ui/login`);
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('not known');
  });

  it('shows a job that failed to an operator, who retries it and sees it complete', async () => {
    receiver.respond = () => ({ status: 404, body: 'not yet' });
    const id = await api.submit('http.request', { url: `${receiver.url}/hook`, headers: { Authorization: 'Bearer s3cret' } });
    expect((await api.wait(id)).state).toBe('dead');
    receiver.respond = () => ({ body: 'now' });
    await signIn(KEYS.operator);
    await page.waitForURL(`${stack.url}/ui`);
    await page.goto(`${stack.url}/ui/queue/io?status=failed`);
    await page.getByText(id).first().click();
    await page.getByText('answered 404: not yet').first().waitFor();
    await button(ICONS.retry).click();
    expect(await confirmed(`/${id}/retry`)).toBe(200);
    expect(await api.wait(id)).toMatchObject({ state: 'completed', attemptsMade: 1 });
    await page.goto(`${stack.url}/ui/queue/io?status=completed`);
    await page.getByText(id).first().waitFor();
    expect(await page.content()).not.toContain('s3cret');
    expect(opened.foreign).toEqual([]);
  });

  it('shows buttons for what can be done, and for nothing else', async () => {
    const seen = () =>
      page.locator('[class*=jobActions] svg:visible').evaluateAll((icons) => icons.map((icon) => String(icon.classList[1])));
    receiver.respond = () => ({ status: 410 });
    const dead = await api.submit('http.request', { url: `${receiver.url}/gone` });
    expect((await api.wait(dead)).state).toBe('dead');
    await openJob(dead);
    await button(ICONS.retry).waitFor();
    expect(await seen()).toEqual(['lucide-refresh-cw']);
    const later = await api.submit('http.request', { url: `${receiver.url}/later` }, { delay: 3_600_000 });
    await openJob(later);
    await button(ICONS.cancel).waitFor();
    expect(await seen()).toEqual(['lucide-corner-up-left', 'lucide-trash2']);
    await page.goto(`${stack.url}/ui/queue/io`);
    await page.locator('button[aria-haspopup=menu]:has(.lucide-ellipsis-vertical)').click();
    await page.getByRole('menuitem', { name: 'Pause' }).waitFor();
    const items = await page.locator('[role=menuitem]:visible').allTextContents();
    expect(items.map((text) => text.replace(/\d+/, 'N'))).toEqual([
      'Retry all N failed jobs',
      'Pause',
      'Set concurrency',
      'Set rate limit',
    ]);
    await page.keyboard.press('Escape');
  });

  it('runs a scheduled job now, and cancels one', async () => {
    receiver.respond = () => ({ body: 'done' });
    const now = await api.submit('http.request', { url: `${receiver.url}/now` }, { delay: 3_600_000 });
    await openJob(now);
    await button(ICONS.promote).click();
    expect(await confirmed(`/${now}/promote`)).toBe(200);
    expect((await api.wait(now)).state).toBe('completed');
    const never = await api.submit('http.request', { url: `${receiver.url}/never` }, { delay: 3_600_000 });
    await openJob(never);
    await button(ICONS.cancel).click();
    expect(await confirmed(`/${never}/clean`)).toBe(200);
    expect((await api.wait(never)).state).toBe('cancelled');
    expect(receiver.requests.map(({ path }) => path)).not.toContain('/never');
  });

  it('retries all jobs of a queue that failed', async () => {
    receiver.respond = () => ({ status: 404 });
    const ids = await Promise.all(['a', 'b'].map((name) => api.submit('http.request', { url: `${receiver.url}/${name}` })));
    for (const id of ids) expect((await api.wait(id)).state).toBe('dead');
    receiver.respond = () => ({ body: 'done' });
    await page.goto(`${stack.url}/ui/queue/io?status=failed`);
    await page.getByRole('button', { name: 'Retry all' }).click();
    expect(await confirmed('/io/retry/failed')).toBe(200);
    for (const id of ids) await waitFor(async () => (await api.wait(id)).state === 'completed');
  });

  it('shows hostile jobs as what they are: text', async () => {
    const script = '<img src=x onerror="alert(1)"><script>alert(2)</script>';
    receiver.respond = () => ({ status: 404, body: script, headers: { 'content-type': 'text/html' } });
    const payload = { url: `${receiver.url}/xss`, headers: { 'X-Script': script }, text: `${script}${'x'.repeat(200_000)}` };
    const id = await api.submit('http.request', payload);
    expect((await api.wait(id)).state).toBe('dead');
    await openJob(id);
    for (const tab of ['Error', 'Data', 'Options', 'Progress', 'Logs']) {
      await page.getByText(tab, { exact: true }).click();
      expect(await page.locator('img[src=x]').count()).toBe(0);
    }
    await page.getByText('Data', { exact: true }).click();
    await page.getByText('more characters').first().waitFor();
    expect(
      await page.evaluate(() =>
        fetch('https://evil.test/').then(
          () => 'sent',
          () => 'refused',
        ),
      ),
    ).toBe('refused');
    expect(opened.alarms).toEqual([]);
  });

  it('is closed to a page of another site, whoever is signed in', async () => {
    const trap = await startReceiver(() => ({
      headers: { 'content-type': 'text/html' },
      body: `<form method="post" action="${stack.url}/ui/api/queues/io/pause"></form>`,
    }));
    try {
      await page.goto(trap.url);
      const sent = await page.evaluate(async (url) => {
        const attempts = ['PUT', 'POST'].map((method) =>
          fetch(`${url}/ui/api/queues/io/pause`, { method, credentials: 'include' }).then(
            ({ status }) => String(status),
            () => 'refused',
          ),
        );
        return Promise.all(attempts);
      }, stack.url);
      expect(sent).toEqual(['refused', 'refused']);
      const posted = page.waitForResponse((response) => response.url().endsWith('/pause'));
      await page.evaluate('document.querySelector("form").submit()');
      expect([401, 403, 404]).toContain((await posted).status());
      await page.waitForURL('**/pause');
    } finally {
      await trap.stop();
    }
    expect((await api.call<{ paused: boolean }>('GET', '/v1/queues/io')).body.paused).toBe(false);
  });

  it('is closed again after signing out', async () => {
    await page.goto(`${stack.url}/ui`);
    await page.locator('button[aria-haspopup=menu]:has(.lucide-circle-user)').click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(`${stack.url}/ui/login`);
    await page.goto(`${stack.url}/ui/queue/io`);
    expect(page.url()).toBe(`${stack.url}/ui/login`);
  });

  it('shows a key that may only read no buttons, and refuses what it sends all the same', async () => {
    receiver.respond = () => ({ status: 410 });
    const id = await api.submit('http.request', { url: `${receiver.url}/gone-again` });
    expect((await api.wait(id)).state).toBe('dead');
    await signIn(KEYS.viewer);
    await page.waitForURL(`${stack.url}/ui`);
    await page.goto(`${stack.url}/ui/queue/io?status=failed`);
    await page.getByText(id).first().waitFor();
    expect([await buttonsSeen(), await page.locator('[class*=queueActions]').count()]).toEqual([0, 0]);
    expect(await page.locator('.lucide-ellipsis-vertical').count()).toBe(0);
    const forged = await page.evaluate(
      (job) => fetch(`/ui/api/queues/io/${job}/retry`, { method: 'PUT' }).then(({ status }) => status),
      id,
    );
    expect(forged).toBe(403);
    expect((await api.wait(id, 0)).state).toBe('dead');
    await signOut();
    expect(opened.foreign.filter((url) => !url.startsWith('http://127.0.0.1') && !url.startsWith('https://evil.test'))).toEqual([]);
  });
});
