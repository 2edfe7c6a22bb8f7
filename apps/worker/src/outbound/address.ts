import { BlockList, isIPv6 } from 'node:net';

/** Prefixes whose addresses reach the IPv4 host in their last 32 bits: IPv4-mapped (RFC 4291) and NAT64 (RFC 6052). */
const CARRIES_IPV4 = new BlockList();
CARRIES_IPV4.addSubnet('::ffff:0:0', 96, 'ipv6');
CARRIES_IPV4.addSubnet('64:ff9b::', 96, 'ipv6');

/**
 * Every address that a connection to `address` may be said to go to: itself, and the IPv4 host that it carries. A rule
 * that hits one of them has hit the connection.
 */
export function addressForms(address: string): readonly string[] {
  return isIPv6(address) && CARRIES_IPV4.check(address, 'ipv6') ? [address, carriedIpv4(address)] : [address];
}

/** URL writes IPv6 in hexadecimal groups, however the address was spelled, and shortens the zeros of these prefixes to `::`. */
function carriedIpv4(address: string): string {
  const [, tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [high = '0', low = '0'] = ['0', '0', ...tail.split(':')].filter((group) => group !== '').slice(-2);
  const bits = Number.parseInt(high, 16) * 0x10000 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join('.');
}
