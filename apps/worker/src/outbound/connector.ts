import { lookup as systemLookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { FinalError } from '@dts/jobs';
import { buildConnector } from 'undici';
import type { OutboundPolicy } from './policy.js';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** Every address of a host name. */
export type Resolve = (host: string) => Promise<readonly ResolvedAddress[]>;

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Opens sockets only to addresses that the policy has seen. The check sits where the socket is opened, so what a name
 * meant a moment before, or means a moment later (DNS rebinding), is of no use to anyone.
 */
export function policedConnector(policy: OutboundPolicy, resolve: Resolve): buildConnector.connector {
  const connect = buildConnector({ lookup: policedLookup(policy, resolve), allowH2: false, timeout: CONNECT_TIMEOUT_MS });
  return (options, callback) => {
    const { hostname } = options;
    // A literal address is never looked up; a refused name need not be, and may not even exist here.
    const refusal = isIP(hostname) === 0 ? policy.refusalOfName(hostname) : policy.refusal(hostname, hostname);
    if (refusal === undefined) connect(options, callback);
    else callback(refused(hostname, hostname, refusal), null);
  };
}

/** Asks the system's resolver, once for all who ask for the same name at the same time: it works on four threads. */
export function systemResolve(): Resolve {
  const asked = new Map<string, Promise<readonly ResolvedAddress[]>>();
  return (host) => {
    const known = asked.get(host);
    if (known) return known;
    const asking = systemLookup(host, { all: true }).finally(() => asked.delete(host));
    asked.set(host, asking);
    return asking;
  };
}

function policedLookup(policy: OutboundPolicy, resolve: Resolve): LookupFunction {
  return (host, options, callback) => {
    permitted(policy, resolve, host).then(
      (addresses) => {
        const [first] = addresses;
        if (options.all) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };
}

/** @throws FinalError `outbound-refused` when no address is left */
async function permitted(policy: OutboundPolicy, resolve: Resolve, host: string): Promise<[ResolvedAddress, ...ResolvedAddress[]]> {
  const judged = (await resolve(host)).map((resolved) => ({ resolved, refusal: policy.refusal(host, resolved.address) }));
  const [first, ...others] = judged.filter(({ refusal }) => refusal === undefined).map(({ resolved }) => resolved);
  if (first) return [first, ...others];
  const [worst] = judged;
  if (worst?.refusal === undefined) throw new Error(`${host} has no address`);
  throw refused(host, worst.resolved.address, worst.refusal);
}

function refused(host: string, address: string, refusal: string): FinalError {
  const where = host === address ? address : `${host} at ${address}`;
  return new FinalError('outbound-refused', `This worker may not call ${where}: ${refusal}.`);
}
