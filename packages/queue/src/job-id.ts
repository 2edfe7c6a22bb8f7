import { hash, randomBytes } from 'node:crypto';
import { QUEUE_NAMES, type QueueName } from '@dts/jobs';

// Crockford's alphabet: no letter that reads like a digit.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
/** Letters for 16 bytes. */
const ID_LENGTH = 26;
const ID = new RegExp(`^(${QUEUE_NAMES.join('|')})_[${ALPHABET}]{${ID_LENGTH}}$`);

/**
 * A job's id: its queue, then 128 bits. The queue is part of it so that any gateway finds a job by its id alone.
 * With an idempotency key the bits come from tenant and key, so a repeated submission names the same job even when
 * the reply to the first one was lost; without one they are random.
 */
export function jobIdFor(queue: QueueName, tenant: string, idempotencyKey?: string): string {
  const bits = idempotencyKey === undefined ? randomBytes(16) : idempotencyDigest(tenant, idempotencyKey);
  return `${queue}_${base32(bits)}`;
}

/** 16 bytes that stand for one tenant's key. */
export function idempotencyDigest(tenant: string, idempotencyKey: string): Buffer {
  return hash('sha256', `${tenant}\0${idempotencyKey}`, 'buffer').subarray(0, 16);
}

/**
 * Where to look for a job. Anything that is no id is nowhere, and must not be asked for: a job's id is part of a Redis
 * key, and `wait` or `meta` would be a queue's own.
 */
export function queueOfJobId(id: string): QueueName | undefined {
  return ID.exec(id)?.[1] as QueueName | undefined;
}

/** The 16 bytes of which an id is made: of a job that was submitted with a key, the digest of that. */
export function digestOfJobId(id: string): Buffer {
  let pending = 0;
  let bits = 0;
  const bytes: number[] = [];
  for (const letter of id.slice(-ID_LENGTH)) {
    pending = (pending << 5) | ALPHABET.indexOf(letter);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push(pending >> bits);
    pending &= (1 << bits) - 1;
  }
  return Buffer.from(bytes);
}

export function base32(bytes: Buffer): string {
  let text = '';
  let pending = 0;
  let bits = 0;
  for (const byte of bytes) {
    pending = (pending << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(pending >> bits) & 31];
      pending &= (1 << bits) - 1;
    }
  }
  return text + ALPHABET[(pending << (5 - bits)) & 31];
}
