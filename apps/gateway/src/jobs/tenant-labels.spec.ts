import { ApiKeys } from '@dts/runtime';
import { describe, expect, it } from '@jest/globals';
import { TenantLabels } from './tenant-labels.js';

const keysOf = (tenants: readonly string[]) =>
  ApiKeys.parse(JSON.stringify(tenants.map((tenant, at) => ({ id: `k${at}`, key: 'k'.repeat(40) + at, scopes: ['jobs:read'], tenant }))));
const labelsOf = (tenants: readonly string[]) => new TenantLabels(keysOf(tenants));
const MANY = Array.from({ length: 200 }, (_, at) => `tenant-${at}`);

describe('TenantLabels', () => {
  it('calls few tenants by their names, and one that no key has other', () => {
    const labels = labelsOf(['acme', 'globex', 'acme']);
    expect(['acme', 'globex', 'initech'].map((tenant) => labels.of(tenant))).toEqual(['acme', 'globex', 'other']);
  });

  it('tells no more than fifty apart', () => {
    const labels = labelsOf(MANY);
    const seen = new Set(MANY.map((tenant) => labels.of(tenant)));
    expect([seen.size, seen.has('other')]).toEqual([51, true]);
  });

  it('names the same ones whatever the order of the keys', () => {
    const [one, other] = [labelsOf(MANY), labelsOf([...MANY].reverse())];
    expect(MANY.map((tenant) => one.of(tenant))).toEqual(MANY.map((tenant) => other.of(tenant)));
  });

  it('keeps the name of a tenant when others are added, unless they come first', () => {
    const [before, after] = [labelsOf(MANY.slice(0, 60)), labelsOf(MANY.slice(0, 61))];
    const changed = MANY.slice(0, 60).filter((tenant) => before.of(tenant) !== after.of(tenant));
    expect(changed.length).toBeLessThanOrEqual(1);
  });

  it('knows the tenants of keys that came later', () => {
    const keys = keysOf(['acme']);
    const labels = new TenantLabels(keys);
    expect(labels.of('globex')).toBe('other');
    keys.replace(keysOf(['globex']));
    expect(['acme', 'globex'].map((tenant) => labels.of(tenant))).toEqual(['other', 'globex']);
  });
});
