import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { bury } from '../fixtures/dying.js';
import { type Opened, open } from '../fixtures/open.js';
import { specOfOperation } from '../fixtures/operating.js';
import type { Place } from '../ordered-set.js';
import { OperationStore } from './operation-store.js';
import { Operations } from './operations.js';

let opened: Opened;
let operations: Operations;
const all: Opened[] = [];

beforeEach(async () => {
  opened = await open();
  all.push(opened);
  operations = new Operations(opened.queues, opened.redis, opened.prefix);
});
afterAll(() => {
  for (const each of all) each[Symbol.dispose]();
});

const start = async (changes = {}, key?: string) => (await operations.start(specOfOperation(changes), key)).operation;

describe('start', () => {
  it('stores what is to be done, and how many jobs there are to look at', async () => {
    await bury(opened, [{}, {}, { tenant: 'globex' }]);
    const { outcome, operation } = await operations.start(
      specOfOperation({ filter: { queue: 'io', tenant: 'acme' }, limit: 7, ratePerSecond: 0.5 }),
    );
    expect(outcome).toBe('created');
    expect(operation).toMatchObject({
      ...specOfOperation({ filter: { queue: 'io', tenant: 'acme' }, limit: 7, ratePerSecond: 0.5 }),
      id: expect.stringMatching(/^op_[0-9a-z]{26}$/),
      state: 'running',
      toExamine: 3,
      done: 0,
      finishedAt: null,
      error: null,
    });
    expect(await operations.get(operation.id)).toEqual(operation);
  });

  it('answers the same operation to the same key, whoever of the tenant asks, and another to none', async () => {
    const key = randomUUID();
    const first = await start({}, key);
    const again = await operations.start(specOfOperation({ createdBy: 'key-2' }), key);
    expect(again).toEqual({ outcome: 'replayed', operation: first });
    expect(await start({ tenant: 'globex' }, key)).not.toMatchObject({ id: first.id });
    expect(new Set([first.id, (await start()).id, (await start()).id]).size).toBe(3);
    await operations.cancel(first.id);
    expect(await start({}, key)).toMatchObject({ id: first.id, state: 'cancelled' });
  });

  it.each([{ kind: 'purge' as const }, { filter: { tag: 'x' } }, { limit: 1 }, { ratePerSecond: 1 }])(
    'refuses the same key for %p',
    async (changes) => {
      const key = randomUUID();
      await start({}, key);
      await expect(start(changes, key)).rejects.toMatchObject({ code: 'idempotency-conflict' });
    },
  );

  it('is one operation, however often it is asked for at the same time', async () => {
    const key = randomUUID();
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => operations.start(specOfOperation(), key)));
    expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual(['created', ...Array(9).fill('replayed')]);
    expect((await operations.list(100, undefined)).items).toHaveLength(1);
  });

  it('refuses more than a tenant may have at the same time, and takes the next when one has ended', async () => {
    const [first] = await Promise.all(Array.from({ length: 20 }, () => start()));
    await expect(start()).rejects.toMatchObject({ code: 'too-many-operations' });
    await start({ tenant: 'globex' });
    await operations.cancel(first?.id ?? '');
    await start();
  });
});

describe('with DURABILITY=replicated', () => {
  it('starts nothing that no replica would have', async () => {
    using replicated = await open(opened.url, opened.prefix, 1);
    const { queues, redis, prefix, replication } = replicated;
    await expect(new Operations(queues, redis, prefix, replication).start(specOfOperation())).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect((await operations.list(10, undefined)).items).toEqual([]);
  });
});

describe('cancel', () => {
  it('ends it, and says so again', async () => {
    const { id } = await start();
    for (let time = 0; time < 2; time++) {
      await expect(operations.cancel(id)).resolves.toMatchObject({ state: 'cancelled', finishedAt: expect.any(Number) });
    }
  });

  it('refuses what has ended otherwise, and what is not there', async () => {
    const operation = await start();
    await new OperationStore(opened.redis, opened.prefix).finish(operation, 'completed');
    await expect(operations.cancel(operation.id)).rejects.toMatchObject({ code: 'operation-finished' });
    for (const id of ['op_00000000000000000000000000', '', 'due', '../x']) {
      await expect(operations.cancel(id)).rejects.toMatchObject({ code: 'operation-not-found' });
      await expect(operations.get(id)).rejects.toMatchObject({ code: 'operation-not-found' });
    }
  });

  it('lets it be forgotten a week later, and not before', async () => {
    const { id } = await start();
    const key = `${opened.prefix}:operation:${id}`;
    expect(await opened.redis.ttl(key)).toBe(-1);
    await operations.cancel(id);
    expect(await opened.redis.ttl(key)).toBeGreaterThan(7 * 24 * 3_600 - 60);
  });
});

describe('list', () => {
  it('tells each once, the newest first, of one tenant or of all, in pages', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 6; index++) ids.push((await start({ tenant: index % 2 ? 'globex' : 'acme' })).id);
    const listed = async (tenant: string | undefined) => {
      const found: string[] = [];
      let after: Place | undefined;
      do {
        const { items, next } = await operations.list(2, tenant, after);
        found.push(...items.map(({ id }) => id));
        after = next;
      } while (after);
      return found;
    };
    expect((await listed(undefined)).toSorted()).toEqual(ids.toSorted());
    expect((await listed('globex')).toSorted()).toEqual(ids.filter((_id, index) => index % 2).toSorted());
    const times = await Promise.all((await listed(undefined)).map(async (id) => (await operations.get(id)).createdAt));
    expect(times).toEqual(times.toSorted((a, b) => b - a));
  });

  it('forgets those that are not kept any more, also when nobody lists them', async () => {
    const [gone, listed] = [await start(), await start()];
    await opened.redis.del(`${opened.prefix}:operation:${gone.id}`, `${opened.prefix}:operation:${listed.id}`);
    const { id } = await start();
    expect(await opened.redis.zrange(`${opened.prefix}:operations`, '0', '-1')).toEqual([id]);
    await opened.redis.del(`${opened.prefix}:operation:${id}`);
    expect(await operations.list(10, 'acme')).toEqual({ items: [] });
    expect(await opened.redis.exists(`${opened.prefix}:operations:of:acme`)).toBe(0);
  });
});
