import { isIPv4 } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { GATEWAY_ENV, type GatewayEnv } from '../../env.js';
import { TokenBucket } from './token-bucket.js';
import { tooMany } from './too-many.js';

/** Addresses remembered; the one that was not seen for longest makes room. */
const REMEMBERED = 10_000;

/**
 * How often an address may come without a key that is known here. Those who have one are never held up by it: behind a
 * proxy all callers have one address.
 */
@Injectable()
export class AddressLimits {
  private readonly buckets = new Map<string, TokenBucket>();

  constructor(@Inject(GATEWAY_ENV) private readonly env: Pick<GatewayEnv, 'UNAUTHENTICATED_LIMIT'>) {}

  /** Counts a request whose caller is not known. @throws Problem `rate-limited` once there were too many */
  refuse({ ip }: { readonly ip?: string }, reply: FastifyReply, now = performance.now()): void {
    const rate = this.env.UNAUTHENTICATED_LIMIT;
    if (!rate) return;
    // Whoever has broken off is of no address any more, and hears no answer.
    const network = networkOf(ip ?? 'gone');
    const bucket = this.buckets.get(network) ?? new TokenBucket(rate, now);
    this.remember(network, bucket);
    if (!bucket.take(now)) throw tooMany('Too many requests without a key that is known here came from this address.', bucket, reply, now);
  }

  get remembered(): number {
    return this.buckets.size;
  }

  /** A map keeps its entries in the order in which they were added. */
  private remember(network: string, bucket: TokenBucket): void {
    this.buckets.delete(network);
    this.buckets.set(network, bucket);
    const [oldest] = this.buckets.keys();
    if (this.buckets.size > REMEMBERED && oldest !== undefined) this.buckets.delete(oldest);
  }
}

/** An IPv6 address is one of the many of its /64, which one host has to itself. */
export function networkOf(ip: string): string {
  const v4 = ip.replace(/^::ffff:/i, '');
  if (isIPv4(v4) || !ip.includes(':')) return v4;
  const [head = '', tail] = ip.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail === undefined) return groups.slice(0, 4).join(':');
  const after = tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(Math.max(0, 8 - groups.length - after.length)).fill('0');
  return [...groups, ...zeros, ...after].slice(0, 4).join(':');
}
