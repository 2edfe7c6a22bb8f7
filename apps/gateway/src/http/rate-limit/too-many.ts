import type { FastifyReply } from 'fastify';
import { Problem } from '../problem.js';
import type { TokenBucket } from './token-bucket.js';

/** Says when there will be a token again. */
export function tooMany(detail: string, bucket: TokenBucket, reply: FastifyReply, now: number): Problem {
  reply.header('retry-after', Math.max(1, Math.ceil(bucket.msUntil(1, now) / 1_000)));
  return new Problem('rate-limited', detail);
}
