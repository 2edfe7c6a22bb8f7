import { ApiKeys } from '@dts/runtime';
import { describe, expect, it } from '@jest/globals';
import { Sessions } from './session.js';

const SECRET = 'shared by all gateways'.padEnd(32);
const HOUR_MS = 3_600_000;
const keysOf = (...ids: string[]) =>
  ApiKeys.fromEnv({ API_KEYS: JSON.stringify(ids.map((id) => ({ id, key: id.padEnd(32, '-'), scopes: ['ops:read'], tenant: 'ops' }))) });
const keys = keysOf('ada', 'a.b-c_1');
const sessions = new Sessions(keys, SECRET);
const now = Date.parse('2030-01-01T00:00:00.500Z');

/** The Cookie header with which a browser answers a Set-Cookie. */
function open(id = 'ada', from = sessions): string {
  const key = keys.byId(id);
  if (!key) throw new Error(`no key ${id}`);
  return String(from.open(key, false, now).split(';')[0]);
}

describe('Sessions', () => {
  it('knows who has signed in, among other cookies', () => {
    for (const id of ['ada', 'a.b-c_1']) {
      expect(sessions.find(open(id), now)?.id).toBe(id);
      expect(sessions.find(`theme=dark; ${open(id)}; x=y`, now)?.id).toBe(id);
    }
  });

  it('gives a cookie that scripts and other sites cannot use', () => {
    const attributesOf = (overTls: boolean) =>
      sessions.open({ id: 'ada', tenant: 'ops', scopes: new Set() }, overTls, now).split('; ').slice(1);
    expect(attributesOf(false)).toEqual(['Path=/', 'Max-Age=28800', 'HttpOnly', 'SameSite=Strict']);
    expect(attributesOf(true)).toEqual([...attributesOf(false), 'Secure']);
    expect(sessions.close()).toBe('dts_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict');
  });

  it('ends after eight hours, also for a browser that keeps the cookie', () => {
    expect(sessions.find(open(), now + 8 * HOUR_MS - 1_000)?.id).toBe('ada');
    expect(sessions.find(open(), now + 8 * HOUR_MS)).toBeUndefined();
  });

  it('ends when the key is taken away', () => {
    expect(new Sessions(keysOf('bob'), SECRET).find(open(), now)).toBeUndefined();
  });

  it('is good at every gateway that shares the secret, and at no other', () => {
    expect(new Sessions(keys, SECRET).find(open(), now)?.id).toBe('ada');
    expect(new Sessions(keys, `${SECRET}!`).find(open(), now)).toBeUndefined();
    expect(new Sessions(keys).find(open(), now)).toBeUndefined();
    const own = new Sessions(keys);
    expect(own.find(open('ada', own), now)?.id).toBe('ada');
  });

  it('refuses every cookie that was changed by a character', () => {
    const cookie = open();
    const value = cookie.slice('dts_session='.length);
    for (let index = 0; index < value.length; index++) {
      const changed = value.slice(0, index) + (value[index] === '1' ? '2' : '1') + value.slice(index + 1);
      expect({ changed, found: sessions.find(`dts_session=${changed}`, now)?.id }).toEqual({ changed, found: undefined });
    }
  });

  it.each([
    undefined,
    '',
    'dts_session=',
    'dts_session=ada',
    'dts_session=ada.9999999999',
    'dts_session=ada.9999999999.',
    'xdts_session=1.2.3',
    'dts_session=...',
  ])('makes nothing of %p', (cookie) => expect(sessions.find(cookie, now)).toBeUndefined());
});
