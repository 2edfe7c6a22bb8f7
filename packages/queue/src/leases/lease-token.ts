import { randomBytes } from 'node:crypto';
import type { QueueName } from '@dts/jobs';
import { base32, queueOfJobId } from '../job-id.js';

/** `<job id>.<secret>`: which job, and the token of its lock. So any gateway can take the next call. */
const TOKEN = /^([a-z-]+_[0-9a-z]{26})\.([0-9a-z]{26})$/;

export interface LeaseToken {
  readonly queue: QueueName;
  readonly jobId: string;
  /** The token of the job's lock. */
  readonly secret: string;
}

/** 128 bits that nobody can guess. */
export function newSecret(): string {
  return base32(randomBytes(16));
}

export function encodeLeaseToken({ jobId, secret }: Omit<LeaseToken, 'queue'>): string {
  return `${jobId}.${secret}`;
}

/** Undefined for what no gateway has given out. */
export function decodeLeaseToken(text: string): LeaseToken | undefined {
  const [, jobId = '', secret = ''] = TOKEN.exec(text) ?? [];
  const queue = queueOfJobId(jobId);
  return queue && { queue, jobId, secret };
}
