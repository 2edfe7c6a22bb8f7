import { BlockList, isIP, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';

/** Where a connection would go. */
export interface Destination {
  /** As in the URL, in lower case, without a final dot. */
  readonly host: string;
  /** What its resolved address means; see `addressForms`. */
  readonly addresses: readonly string[];
}

export interface Rule {
  /** As it was written, for messages. */
  readonly text: string;
  readonly matches: (destination: Destination) => boolean;
}

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/;
const SYNTAX =
  'no host or CIDR block: give a host (api.example.com), its subdomains (*.example.com), an address or a CIDR block (10.0.0.0/8)';

/**
 * Reads one entry of an allow or deny list. `*.example.com` matches every host below example.com, not that host itself.
 * @throws Error that says what is wrong with the entry
 */
export function parseRule(text: string): Rule {
  if (isIP(text) !== 0) return blockRule(text, text, isIPv6(text) ? 128 : 32);
  if (text.includes('/')) return parseBlock(text);
  if (text.startsWith('*.')) {
    const suffix = `.${parseHost(text, text.slice(2))}`;
    return { text, matches: ({ host }) => host.endsWith(suffix) };
  }
  const name = parseHost(text, text);
  return { text, matches: ({ host }) => host === name };
}

/** One spelling for one host. */
export function normaliseHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.+$/, '');
}

function parseBlock(text: string): Rule {
  const [address = '', length = '', ...rest] = text.split('/');
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  if (rest.length > 0 || !/^\d{1,3}$/.test(length) || Number(length) > most) throw new Error(`"${text}" is ${SYNTAX}`);
  return blockRule(text, address, Number(length));
}

function blockRule(text: string, address: string, length: number): Rule {
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  const block = new BlockList();
  block.addSubnet(address, length, family);
  return { text, matches: ({ addresses }) => addresses.some((one) => isIP(one) !== 0 && block.check(one, isIPv6(one) ? 'ipv6' : 'ipv4')) };
}

/** A last label of digits would be an address to a URL parser, so it cannot name a host. */
function parseHost(text: string, name: string): string {
  const host = domainToASCII(normaliseHost(name));
  if (!HOST_NAME.test(host) || /(^|\.)(\d+|0x[0-9a-f]*)$/.test(host)) throw new Error(`"${text}" is ${SYNTAX}`);
  return host;
}
