import { startRedis, testPrefix } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type AuditFilter, AuditLog, type AuditRecord } from './audit-log.js';
import { connectProducer } from './connection.js';
import { type Opened, open } from './fixtures/open.js';

let opened: Opened;
let log: AuditLog;

beforeEach(async () => {
  opened = await open();
  log = new AuditLog(opened.redis, opened.prefix);
});
afterEach(() => opened[Symbol.dispose]());

const record = (changes: Partial<AuditRecord> = {}): AuditRecord => ({
  keyId: 'ada',
  tenant: 'ops',
  action: 'queue.pause',
  target: 'io',
  details: { was: 'running' },
  requestId: 'r-1',
  ...changes,
});

/** Ids of all pages. */
async function idsOf(limit: number, filter: AuditFilter = {}, from = log): Promise<string[]> {
  const ids: string[] = [];
  let before: string | undefined;
  do {
    const { items, next } = await from.list(limit, filter, before);
    ids.push(...items.map(({ id }) => id));
    before = next;
  } while (before !== undefined);
  return ids;
}

describe('AuditLog', () => {
  it('has a change before it is made, and then how it ended', async () => {
    const before = Date.now() - 1_000;
    const id = await log.append(record());
    expect((await log.list(10)).items).toEqual([{ ...record(), id, at: expect.any(Number), outcome: 'unknown' }]);
    await log.conclude(id, 'queue-not-found');
    const [entry] = (await log.list(10)).items;
    expect(entry).toMatchObject({ id, outcome: 'queue-not-found' });
    expect(entry?.at).toBeGreaterThan(before);
  });

  it('lists the newest first, page by page, each once', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 7; count++) ids.unshift(await log.append(record({ target: String(count) })));
    for (const limit of [1, 3, 7, 8]) await expect(idsOf(limit)).resolves.toEqual(ids);
  });

  it('finds by key, tenant, action, target and time', async () => {
    const first = await log.append(record());
    const second = await log.append(record({ keyId: 'bob', tenant: 'acme', action: 'job.cancel', target: 'io_1' }));
    await expect(idsOf(1, { keyId: 'ada' })).resolves.toEqual([first]);
    await expect(idsOf(1, { tenant: 'acme' })).resolves.toEqual([second]);
    await expect(idsOf(1, { action: 'queue.pause' })).resolves.toEqual([first]);
    await expect(idsOf(1, { target: 'io_1', keyId: 'bob' })).resolves.toEqual([second]);
    await expect(idsOf(1, { target: 'io_1', keyId: 'ada' })).resolves.toEqual([]);
    const { at } = (await log.list(1)).items[0] ?? { at: Number.NaN };
    await expect(idsOf(5, { since: at + 1 })).resolves.toEqual([]);
    await expect(idsOf(5, { since: at })).resolves.toContain(second);
    await expect(idsOf(5, { since: Date.parse('0197-07-28T20:11:34Z') })).resolves.toEqual([second, first]);
  });

  it('looks at a bounded number of entries for one page, and says where it was', async () => {
    const wanted = await log.append(record({ target: 'rare' }));
    const adding = opened.redis.pipeline();
    for (let count = 0; count < 1_500; count++) adding.xadd(`${opened.prefix}:audit`, '*', 'record', JSON.stringify(record()));
    await adding.exec();
    const page = await log.list(5, { target: 'rare' });
    expect(page).toEqual({ items: [], next: expect.any(String) });
    await expect(log.list(5, { target: 'rare' }, page.next)).resolves.toMatchObject({ items: [{ id: wanted }] });
  });

  it('keeps as many as it may, and outcomes of no others', async () => {
    const small = new AuditLog(opened.redis, opened.prefix, undefined, 3);
    const ids: string[] = [];
    for (let count = 0; count < 5; count++) {
      const id = await small.append(record());
      await small.conclude(id, 'done');
      ids.unshift(id);
    }
    await expect(idsOf(2, {}, small)).resolves.toEqual(ids.slice(0, 3));
    await small.conclude(String(ids[4]), 'done');
    await expect(opened.redis.hkeys(`${opened.prefix}:audit:outcomes`)).resolves.toHaveLength(3);
  });

  it('refuses what it cannot write, before anything is changed', async () => {
    const server = await startRedis();
    const redis = connectProducer(server.url, () => undefined);
    try {
      await server.stop();
      const away = new AuditLog(redis, testPrefix());
      await expect(away.append(record())).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining('Nothing was changed'),
      });
      await expect(away.list(1)).rejects.toMatchObject({ code: 'unavailable' });
    } finally {
      redis.disconnect();
    }
  });
});
