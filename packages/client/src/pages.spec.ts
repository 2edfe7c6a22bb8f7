import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readPage, readPages, toQuery } from './pages.js';
import { collect } from './testing/collect.js';
import { createTransport } from './testing/create-transport.js';
import { ScriptedGateway } from './testing/scripted-gateway.js';

let gateway: ScriptedGateway;

beforeEach(async () => {
  gateway = new ScriptedGateway();
  await gateway.start();
});
afterEach(() => gateway.stop());

const page = (items: unknown, nextCursor?: unknown) => ({ status: 200, body: { items, nextCursor } });
const paths = () => gateway.seen.map(({ path }) => path);

describe('readPages', () => {
  it('goes on after a page without items, and ends where there is no cursor', async () => {
    gateway.script = [page([1, 2], 'x+y'), page([], 'z'), page([3], null)];
    const items = readPages<number>(createTransport(gateway), '/v1/things', { queue: 'io' }, { limit: 2 });
    await expect(collect(items)).resolves.toEqual([1, 2, 3]);
    expect(paths()).toEqual([
      '/v1/things?queue=io&limit=2',
      '/v1/things?queue=io&limit=2&cursor=x%2By',
      '/v1/things?queue=io&limit=2&cursor=z',
    ]);
  });

  it('reads no page that nobody takes', async () => {
    gateway.script = [page([1, 2], 'more')];
    for await (const _first of readPages<number>(createTransport(gateway), '/v1/things', {}, { cursor: 'from-here' })) break;
    expect(paths()).toEqual(['/v1/things?cursor=from-here']);
  });
});

describe('readPage', () => {
  it.each([[{}], [page(5, null).body], [page([]).body], [null]])('refuses %j, which is no page', async (body) => {
    gateway.script = [{ status: 200, body: JSON.stringify(body) }];
    await expect(readPage(createTransport(gateway), '/v1/things', {}, {})).rejects.toMatchObject({ code: 'bad-answer' });
  });
});

describe('toQuery', () => {
  it('leaves out what is not given, joins several values, and writes times in RFC 3339', () => {
    expect(toQuery({ state: ['waiting', 'active'], tag: undefined, since: new Date(0), limit: 5 })).toBe(
      '?state=waiting%2Cactive&since=1970-01-01T00%3A00%3A00.000Z&limit=5',
    );
    expect(toQuery({ tag: undefined })).toBe('');
  });
});
