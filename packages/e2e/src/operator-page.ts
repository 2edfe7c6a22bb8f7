import { randomBytes } from 'node:crypto';
import type { BrowserContext, Page } from 'playwright-core';
import { openBrowser } from './browser.js';

/** Of two who sign in to the gateway's pages. */
export const KEYS = { operator: randomBytes(32).toString('base64url'), viewer: randomBytes(32).toString('base64url') };

export const API_KEYS = JSON.stringify([
  { id: 'operator', key: KEYS.operator, scopes: ['jobs:submit', 'jobs:read', 'jobs:cancel', 'ops:read', 'ops:write'], tenant: 'test' },
  { id: 'viewer', key: KEYS.viewer, scopes: ['ops:read'], tenant: 'test' },
]);

export interface OperatorPage {
  readonly browser: BrowserContext;
  readonly page: Page;
  /** What it fetched from elsewhere. */
  readonly foreign: readonly string[];
  /** What went wrong in it, and scripts that ran where none should. */
  readonly alarms: readonly string[];
}

/** An empty page in a browser of its own, which is the caller's to close. @param url of the gateway */
export async function openOperatorPage(url: string): Promise<OperatorPage> {
  const browser = await openBrowser();
  const page = await browser.newPage();
  const foreign: string[] = [];
  const alarms: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:')) foreign.push(request.url());
  });
  page.on('dialog', (dialog) => {
    alarms.push(dialog.message());
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => alarms.push(error.message));
  return { browser, page, foreign, alarms };
}
