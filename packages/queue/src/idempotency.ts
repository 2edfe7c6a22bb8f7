import type { QueueName } from '@dts/jobs';
import type { JobError } from './attempt.js';
import type { RedisClient } from './connection.js';
import { digestOfJobId, idempotencyDigest } from './job-id.js';
import { Script } from './script.js';

/** How long a key is remembered after its submission, whatever becomes of the job. */
export const REMEMBERED_S = 24 * 3_600;

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
  /** How a job ended that did not complete and is gone; without it, one that is gone has completed. */
  readonly end?: FailedEnd;
}

/** What is left of a job that was dead, cancelled or expired, and is gone. */
export interface FailedEnd {
  /** Unix milliseconds. */
  readonly finishedAt: number | null;
  readonly error: JobError | null;
}

/**
 * Unless it is claimed already, or its job is kept for longer than keys are: then the job tells what the key stands for.
 */
const CLAIM = new Script(
  `local earlier = redis.call('GET', KEYS[1])
if earlier then return earlier end
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return 1`,
  2,
);

/**
 * Remembers idempotency keys in records of their own, so that the retention of finished jobs cannot shorten them.
 * A key is claimed before the job is added and marked when it is: whoever claims first decides what the key means,
 * across all queues and gateways, and a claim whose owner died in between is completed by the next try. It is never
 * given back, whatever became of the job: another gateway may be about to complete it.
 */
export class IdempotencyKeys {
  constructor(
    private readonly redis: RedisClient,
    private readonly prefix: string,
  ) {}

  /** @returns the claim that was there before; undefined when only the job is there still */
  async claim(tenant: string, key: string, claim: Claim, jobKey: string): Promise<Claim | 'claimed' | undefined> {
    const reply = await CLAIM.run(this.redis, this.redisKey(tenant, key), jobKey, JSON.stringify(claim), REMEMBERED_S);
    if (typeof reply === 'string') return JSON.parse(reply) as Claim;
    return reply === 1 ? 'claimed' : undefined;
  }

  /** The claim of a key, which is left as it is. */
  async find(tenant: string, key: string): Promise<Claim | undefined> {
    const claim = await this.redis.get(this.redisKey(tenant, key));
    return claim === null ? undefined : (JSON.parse(claim) as Claim);
  }

  /** Marks the job as stored; the time already passed keeps counting. */
  async markStored(tenant: string, key: string, claim: Claim): Promise<void> {
    await this.redis.set(this.redisKey(tenant, key), JSON.stringify({ ...claim, stored: true }), 'KEEPTTL', 'XX');
  }

  /** Where the claim of a key is. */
  redisKey(tenant: string, key: string): string {
    return redisKey(this.prefix, idempotencyDigest(tenant, key));
  }
}

/** Where the claim of a job's key is, if it has one: its id is made of the same bits. */
export function claimKeyOf(prefix: string, jobId: string): string {
  return redisKey(prefix, digestOfJobId(jobId));
}

function redisKey(prefix: string, digest: Buffer): string {
  return `${prefix}:idempotency:${digest.toString('base64url')}`;
}
