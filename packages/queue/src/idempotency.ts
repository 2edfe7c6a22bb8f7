import type { QueueName } from '@dts/jobs';
import type { RedisClient } from './connection.js';
import { idempotencyDigest } from './job-id.js';

/** How long a key is remembered after its submission, whatever becomes of the job. */
const REMEMBERED_S = 24 * 3_600;

/** What is remembered of a submission with a key. */
export interface Claim {
  readonly id: string;
  readonly name: string;
  readonly queue: QueueName;
  readonly fingerprint: string;
  /** Unix milliseconds. */
  readonly submittedAt: number;
  /** Whether the job is known to be stored: then a job that is gone has finished and must not be added again. */
  readonly stored: boolean;
}

/**
 * Remembers idempotency keys in records of their own, so that the retention of finished jobs cannot shorten them.
 * A key is claimed before the job is added and marked when it is: whoever claims first decides what the key means,
 * across all queues and gateways, and a claim whose owner died in between is completed by the next try.
 */
export class IdempotencyKeys {
  constructor(
    private readonly redis: RedisClient,
    private readonly prefix: string,
  ) {}

  /** Claims the key; returns the claim that was there before, if any. */
  async claim(tenant: string, key: string, claim: Claim): Promise<Claim | undefined> {
    const earlier = await this.redis.set(this.redisKey(tenant, key), JSON.stringify(claim), 'EX', REMEMBERED_S, 'NX', 'GET');
    return earlier === null ? undefined : (JSON.parse(earlier) as Claim);
  }

  /** Marks the job as stored; the time already passed keeps counting. */
  async markStored(tenant: string, key: string, claim: Claim): Promise<void> {
    await this.redis.set(this.redisKey(tenant, key), JSON.stringify({ ...claim, stored: true }), 'KEEPTTL', 'XX');
  }

  /** Gives the key back after Redis has refused the job for certain. */
  async release(tenant: string, key: string): Promise<void> {
    await this.redis.del(this.redisKey(tenant, key));
  }

  private redisKey(tenant: string, key: string): string {
    return `${this.prefix}:idempotency:${idempotencyDigest(tenant, key).toString('base64url')}`;
  }
}
