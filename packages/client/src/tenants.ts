import type { QueueName } from '@dts/jobs';
import type { CallOptions, Transport } from './transport.js';

/** How much one tenant may have of what all share. */
export interface TenantLimits {
  /** Its share of a queue beside other tenants that want more than there is, 1 to 100; 1 unless set. */
  readonly weight: number;
  /** Jobs that run at once, by queue. */
  readonly concurrency: Readonly<Partial<Record<QueueName, number>>> | null;
  /** Jobs that start, by queue: `max` in `per` milliseconds. */
  readonly rate: Readonly<Partial<Record<QueueName, { readonly max: number; readonly per: number }>>> | null;
}

/** The limits in force, of whom. */
export interface LimitsOfTenant extends TenantLimits {
  readonly tenant: string;
}

/** Limits of tenants, for operators. Every method can be repeated safely, and repeats by itself while that may help. */
export class TenantsClient {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async limits(tenant: string, options: CallOptions = {}): Promise<LimitsOfTenant> {
    return (await this.#transport.call({ method: 'GET', path: pathOf(tenant), ...options })).body as LimitsOfTenant;
  }

  /** Replaces all of them: what is left out is as if never set. */
  async setLimits(tenant: string, limits: Partial<TenantLimits>, options: CallOptions = {}): Promise<LimitsOfTenant> {
    return (await this.#transport.call({ method: 'PUT', path: pathOf(tenant), body: limits, ...options })).body as LimitsOfTenant;
  }

  async clearLimits(tenant: string, options: CallOptions = {}): Promise<void> {
    await this.#transport.call({ method: 'DELETE', path: pathOf(tenant), ...options });
  }
}

function pathOf(tenant: string): string {
  return `/v1/tenants/${encodeURIComponent(tenant)}/limits`;
}
