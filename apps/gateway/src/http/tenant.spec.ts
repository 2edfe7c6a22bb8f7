import type { ApiKey, Scope } from '@dts/runtime';
import { describe, expect, it } from '@jest/globals';
import { changedTenant, listedTenant, tenantOf } from './tenant.js';

const keyWith = (...scopes: Scope[]): ApiKey => ({ id: 'key', tenant: 'acme', scopes: new Set(scopes) });
const caller = keyWith('jobs:read');
const viewer = keyWith('jobs:read', 'ops:read');

describe('tenantOf', () => {
  it("is the caller's own, unless an operator names another", () => {
    expect([tenantOf(caller, undefined, 'write'), tenantOf(caller, 'acme', 'write'), tenantOf(viewer, undefined, 'read')]).toEqual(
      Array(3).fill('acme'),
    );
    expect(tenantOf(viewer, 'globex', 'read')).toBe('globex');
    expect(tenantOf(keyWith('ops:write'), 'globex', 'write')).toBe('globex');
  });

  it('is not for others to choose', () => {
    expect(() => tenantOf(caller, 'globex', 'read')).toThrow(expect.objectContaining({ code: 'missing-scope' }));
    expect(() => tenantOf(viewer, 'globex', 'write')).toThrow(expect.objectContaining({ code: 'missing-scope' }));
    expect(() => tenantOf(viewer, 'a/b', 'read')).toThrow(expect.objectContaining({ code: 'invalid-request' }));
    expect(() => tenantOf(viewer, ['acme', 'globex'], 'read')).toThrow(expect.objectContaining({ code: 'invalid-request' }));
  });
});

describe('listedTenant', () => {
  it('is everyone for operators, the caller alone for the others', () => {
    expect([listedTenant(viewer, undefined), listedTenant(viewer, 'globex')]).toEqual([undefined, 'globex']);
    expect([listedTenant(caller, undefined), listedTenant(caller, 'acme')]).toEqual(['acme', 'acme']);
    expect(() => listedTenant(caller, 'globex')).toThrow(expect.objectContaining({ code: 'missing-scope' }));
  });
});

describe('changedTenant', () => {
  it('is everyone for who may change everything, the caller alone for the others', () => {
    expect([changedTenant(keyWith('ops:write'), undefined), changedTenant(keyWith('ops:write'), 'globex')]).toEqual([undefined, 'globex']);
    expect([changedTenant(caller, undefined), changedTenant(viewer, undefined)]).toEqual(['acme', 'acme']);
    expect(() => changedTenant(viewer, 'globex')).toThrow(expect.objectContaining({ code: 'missing-scope' }));
  });
});
