import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiKeys, isOperator, SCOPES } from './api-keys.js';
import { EnvError } from './load-env.js';

const secret = 's3cret-'.padEnd(43, 'x');
const hash = createHash('sha256').update(secret).digest('hex');
const entry = { id: 'a', key: secret, scopes: ['jobs:submit', 'jobs:read'], tenant: 'acme' };
const from = (list: unknown) => ApiKeys.fromEnv({ API_KEYS: JSON.stringify(list) });

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'dts-keys-'));
});
afterAll(() => rm(dir, { recursive: true }));

describe('ApiKeys', () => {
  it('finds a caller by a key or by its hash, however that is written', () => {
    for (const stored of [entry, { ...entry, key: undefined, hash }, { ...entry, key: undefined, hash: hash.toUpperCase() }]) {
      expect(from([stored]).find(secret)).toMatchObject({ id: 'a', tenant: 'acme', scopes: new Set(['jobs:submit', 'jobs:read']) });
    }
  });

  it.each(['', 'x', secret.slice(0, -1), `${secret}x`, ` ${secret}`, hash])('does not know %p', (other) => {
    expect(from([entry]).find(other)).toBeUndefined();
  });

  it('tells many keys apart', () => {
    const entries = Array.from({ length: 50 }, (_, index) => ({ ...entry, id: `k${index}`, key: `${index}`.padEnd(32, '-') }));
    const keys = from(entries);
    for (const { id, key } of entries) expect([keys.find(key)?.id, keys.byId(id)?.id]).toEqual([id, id]);
    expect(keys.byId('k50')).toBeUndefined();
  });

  it('accepts nobody when there are no keys', () => {
    expect(ApiKeys.fromEnv({}).find(secret)).toBeUndefined();
  });

  it('reads a file, which goes before the list', async () => {
    const file = join(dir, 'keys.json');
    await writeFile(file, `${JSON.stringify([entry])}\n`);
    expect(ApiKeys.fromEnv({ API_KEYS_FILE: file, API_KEYS: '[]' }).find(secret)?.id).toBe('a');
  });

  it('says why a file cannot be used, without quoting it', async () => {
    const file = join(dir, 'broken.json');
    await writeFile(file, `[{"key": ${secret}}]`);
    expect(() => ApiKeys.fromEnv({ API_KEYS_FILE: file })).toThrow(`API_KEYS_FILE ${file}: is not JSON`);
    expect(() => ApiKeys.fromEnv({ API_KEYS_FILE: join(dir, 'none') })).toThrow('cannot be read (ENOENT)');
    expect(messageOf(() => ApiKeys.fromEnv({ API_KEYS_FILE: file }))).not.toContain('s3cret');
  });

  it.each([
    [[{ ...entry, key: 's3cret-short' }], /API_KEYS\/0\/key: needs 32 characters/],
    [[{ ...entry, hash }], /API_KEYS\/0: give either hash or key/],
    [[{ ...entry, key: undefined }], /API_KEYS\/0: give either hash or key/],
    [[{ ...entry, key: undefined, hash: secret }], /API_KEYS\/0\/hash: must be SHA-256 in hex/],
    [[entry, { ...entry, id: 'a' }], /every id must be unique/],
    [[{ ...entry, scopes: [] }], /API_KEYS\/0\/scopes/],
    [[{ ...entry, scopes: ['jobs:s3cret'] }], /API_KEYS\/0\/scopes\/0/],
    [[{ ...entry, tenant: 'a b' }], /API_KEYS\/0\/tenant: letters, digits/],
    [[{ ...entry, id: 'a:b' }], /API_KEYS\/0\/id: letters, digits/],
    [[{ ...entry, sccopes: [] }], /API_KEYS\/0: .*sccopes/],
    [[entry, secret], /API_KEYS\/1: /],
    [{ a: secret }, /API_KEYS\/: /],
    [secret, /API_KEYS\/: /],
  ])('refuses %# and says where, without a key', (list, message) => {
    expect(() => from(list)).toThrow(EnvError);
    expect(() => from(list)).toThrow(message);
    expect(messageOf(() => from(list))).not.toContain('s3cret');
  });

  it('does not quote a list that is not JSON', () => {
    expect(messageOf(() => ApiKeys.fromEnv({ API_KEYS: `[{"key": "${secret}}]` }))).toBe(
      'The environment is not usable:\n  API_KEYS: is not JSON',
    );
  });

  it('takes the keys of another list in place of its own, and tells what changed', () => {
    const [kept, gone, renewed] = ['kept', 'gone', 'renewed'].map((id) => ({ ...entry, id, key: id.padEnd(40, '0'), tenant: id }));
    const keys = from([kept, gone, renewed]);
    const { tenants } = keys;
    const change = keys.replace(from([kept, { ...renewed, key: 'n'.repeat(40) }, { ...entry, id: 'new', tenant: 'new' }]));
    expect(change).toEqual({ added: ['renewed', 'new'], removed: ['gone', 'renewed'] });
    const found = ['kept'.padEnd(40, '0'), 'gone'.padEnd(40, '0'), 'renewed'.padEnd(40, '0'), 'n'.repeat(40), secret];
    expect(found.map((key) => keys.find(key)?.id)).toEqual(['kept', undefined, undefined, 'renewed', 'new']);
    expect([keys.count, keys.byId('gone'), [...keys.tenants], keys.tenants === tenants]).toEqual([
      3,
      undefined,
      ['kept', 'renewed', 'new'],
      false,
    ]);
  });

  it('tells every problem at once', () => {
    const message = messageOf(() =>
      from([
        { ...entry, tenant: '' },
        { ...entry, id: '', key: 'short' },
      ]),
    );
    expect(message.match(/^ {2}API_KEYS/gm)).toHaveLength(3);
  });
});

describe('isOperator', () => {
  it('is who has a scope of operations', () => {
    const operators = SCOPES.filter((scope) => isOperator({ id: 'a', tenant: 't', scopes: new Set([scope]) }));
    expect(operators).toEqual(['ops:read', 'ops:write']);
  });
});

function messageOf(action: () => unknown): string {
  try {
    action();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}
