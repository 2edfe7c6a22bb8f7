import { addressForms } from './address.js';
import { ALWAYS_FORBIDDEN, type Forbidden, LOOPBACK, TUNNELS } from './forbidden.js';
import { type Destination, normaliseHost, parseRule, type Rule } from './rule.js';

export interface OutboundRules {
  /** Hosts and CIDR blocks; when there are any, nothing else may be called. */
  readonly allow: readonly string[];
  /** Hosts and CIDR blocks that may not be called, whatever `allow` says. */
  readonly deny: readonly string[];
  readonly allowLoopback: boolean;
}

/**
 * Decides where handlers may connect to. Jobs come from callers who must not get this process to call what only it can
 * reach. Private networks are open unless the lists say otherwise: calling internal services is what jobs are for.
 */
export class OutboundPolicy {
  private readonly allow: readonly Rule[];
  private readonly deny: readonly Rule[];
  private readonly allowLoopback: boolean;

  constructor(rules: OutboundRules) {
    this.allow = rules.allow.map(parseRule);
    this.deny = rules.deny.map(parseRule);
    this.allowLoopback = rules.allowLoopback;
  }

  /** Why `host`, which is now at `address`, must not be called; undefined when it may be. */
  refusal(host: string, address: string): string | undefined {
    const destination = { host: normaliseHost(host), addresses: addressForms(address) };
    return this.fixedRefusal(destination) ?? this.denial(destination) ?? this.omission(destination);
  }

  /** Why `host` must not be called wherever it is; undefined when its address decides. */
  refusalOfName(host: string): string | undefined {
    const destination = { host: normaliseHost(host), addresses: [] };
    return this.fixedRefusal(destination) ?? this.denial(destination);
  }

  private fixedRefusal(destination: Destination): string | undefined {
    for (const forbidden of ALWAYS_FORBIDDEN) {
      const refusal = refusalBy(forbidden, destination);
      if (refusal !== undefined) return refusal;
    }
    const loopback = refusalBy(LOOPBACK, destination);
    if (loopback !== undefined) return this.allowLoopback ? undefined : loopback;
    return refusalBy(TUNNELS, destination);
  }

  private denial(destination: Destination): string | undefined {
    const denied = this.deny.find((rule) => rule.matches(destination));
    return denied && `OUTBOUND_DENY names ${denied.text}`;
  }

  private omission(destination: Destination): string | undefined {
    if (this.allow.length === 0 || this.allow.some((rule) => rule.matches(destination))) return undefined;
    return 'OUTBOUND_ALLOW does not name it';
  }
}

function refusalBy({ reason, rules }: Forbidden, destination: Destination): string | undefined {
  const hit = rules.find((rule) => rule.matches(destination));
  return hit && `${reason} (${hit.text})`;
}
