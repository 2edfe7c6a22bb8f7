import { createHash } from 'node:crypto';
import { ApiKeys } from '@dts/runtime';
import { Injectable } from '@nestjs/common';

/** Tenants that metrics tell apart, so that their number does not grow with that of the keys. */
const MOST = 50;

const OTHER = 'other';

/**
 * A tenant's name as a label. Where there are more than metrics tell apart, those whose hashes come first keep their names and
 * the rest are one: every gateway with the same keys names the same ones, after a restart as well.
 */
@Injectable()
export class TenantLabels {
  private readonly named: ReadonlySet<string>;

  constructor(keys: ApiKeys) {
    const byHash = [...keys.tenants].map((tenant) => ({ tenant, hash: hashOf(tenant) })).sort((a, b) => (a.hash < b.hash ? -1 : 1));
    this.named = new Set(byHash.slice(0, MOST).map(({ tenant }) => tenant));
  }

  of(tenant: string): string {
    return this.named.has(tenant) ? tenant : OTHER;
  }
}

function hashOf(tenant: string): string {
  return createHash('sha256').update(tenant).digest('hex');
}
