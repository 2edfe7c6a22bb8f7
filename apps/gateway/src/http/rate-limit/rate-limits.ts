import type { ApiKey } from '@dts/runtime';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { GATEWAY_ENV, type GatewayEnv } from '../../env.js';
import { TokenBucket } from './token-bucket.js';
import { tooMany } from './too-many.js';

/** As RateLimit fields name what is limited. */
const POLICY = '"requests"';

/**
 * How much each key may ask of this gateway. Every gateway counts for itself: with several, a key may ask each of them
 * this much, and no request waits for Redis to be let in. There is one bucket for each key that is configured, so what
 * callers send cannot make more of them.
 */
@Injectable()
export class RateLimits {
  private readonly buckets = new Map<string, TokenBucket>();

  constructor(@Inject(GATEWAY_ENV) private readonly env: Pick<GatewayEnv, 'RATE_LIMIT'>) {}

  /** Takes a request, and tells its caller how much is left. @throws Problem `rate-limited` */
  admit(key: ApiKey, reply: FastifyReply, now = performance.now()): void {
    const bucket = this.bucketOf(key, now);
    if (!bucket) return;
    const isAdmitted = bucket.take(now);
    tell(bucket, reply, now);
    if (!isAdmitted) throw tooMany(`The key "${key.id}" may make ${bucket.rate.perSecond} requests a second.`, bucket, reply, now);
  }

  /** For a request that turns out to be worth several: they are taken now, and what comes next may have to wait for them. */
  charge(key: ApiKey, count: number, reply: FastifyReply, now = performance.now()): void {
    const bucket = this.bucketOf(key, now);
    if (!bucket) return;
    bucket.charge(count, now);
    tell(bucket, reply, now);
  }

  private bucketOf(key: ApiKey, now: number): TokenBucket | undefined {
    const rate = key.rateLimit === undefined ? this.env.RATE_LIMIT : key.rateLimit;
    if (!rate) return undefined;
    const known = this.buckets.get(key.id);
    // A key's limit may have been changed since.
    if (known?.rate.burst === rate.burst && known.rate.perSecond === rate.perSecond) return known;
    const bucket = new TokenBucket(rate, now);
    this.buckets.set(key.id, bucket);
    return bucket;
  }
}

/** The fields of draft-ietf-httpapi-ratelimit-headers-10: quota and window, what is left of it and seconds until all of it is back. */
function tell(bucket: TokenBucket, reply: FastifyReply, now: number): void {
  const { burst, perSecond } = bucket.rate;
  const left = Math.max(0, Math.floor(bucket.level(now)));
  reply.header('ratelimit-policy', `${POLICY};q=${burst};w=${Math.max(1, Math.ceil(burst / perSecond))}`);
  reply.header('ratelimit', `${POLICY};r=${left};t=${Math.ceil(bucket.msUntil(burst, now) / 1_000)}`);
}
