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
  private tenants: ReadonlySet<string> | undefined;
  private named: ReadonlySet<string> = new Set();

  constructor(private readonly keys: ApiKeys) {}

  of(tenant: string): string {
    if (this.keys.tenants !== this.tenants) this.name(this.keys.tenants);
    return this.named.has(tenant) ? tenant : OTHER;
  }

  /** Keys are replaced while the gateway runs. */
  private name(tenants: ReadonlySet<string>): void {
    const byHash = [...tenants].map((tenant) => ({ tenant, hash: hashOf(tenant) })).sort((a, b) => (a.hash < b.hash ? -1 : 1));
    this.named = new Set(byHash.slice(0, MOST).map(({ tenant }) => tenant));
    this.tenants = tenants;
  }
}

function hashOf(tenant: string): string {
  return createHash('sha256').update(tenant).digest('hex');
}
