import { parseRule, type Rule } from './rule.js';

/** Destinations that are refused before any list is read, with the reason that is shown. */
export interface Forbidden {
  readonly reason: string;
  readonly rules: readonly Rule[];
}

function forbid(reason: string, ...entries: readonly string[]): Forbidden {
  return { reason, rules: entries.map(parseRule) };
}

/** What no configuration opens. */
export const ALWAYS_FORBIDDEN: readonly Forbidden[] = [
  forbid(
    'cloud metadata is never called',
    'metadata',
    'metadata.google.internal',
    'metadata.goog',
    'instance-data',
    'instance-data.ec2.internal',
    'metadata.tencentyun.com',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    'fd00:ec2::254',
    'fd20:ce::254',
    'fd00:c1::a9fe:a9fe',
  ),
  forbid('link-local addresses, where cloud metadata lives, are never called', '169.254.0.0/16', 'fe80::/10'),
  forbid('multicast, broadcast and reserved addresses are never called', '224.0.0.0/4', '240.0.0.0/4', 'ff00::/8'),
];

/** The machine itself. */
export const LOOPBACK = forbid(
  'loopback and unspecified addresses need OUTBOUND_ALLOW_LOOPBACK=true',
  '127.0.0.0/8',
  '0.0.0.0/8',
  '::1',
  '::',
);

/**
 * IPv6 that goes on to an IPv4 address which could be any: IPv4-compatible, 6to4, Teredo (all three deprecated) and NAT64
 * with a local prefix, where the length of the prefix hides which bits are the address. The first holds `::1` and `::`.
 */
export const TUNNELS = forbid('addresses that hide another one are never called', '::/96', '2002::/16', '2001::/32', '64:ff9b:1::/48');
