import type { Backoff } from '@dts/jobs';

/** Anything else would fail as a header, with an error that looks like one of the network. */
export const VISIBLE_ASCII = /^[\x21-\x7e]{1,255}$/;

/** What a submission may say beside its name and payload. */
export interface JobOptions {
  /** Submissions with the same key make one job, for 24 hours. A random one unless given. */
  readonly idempotencyKey?: string;
  /** Milliseconds until the job may start; excludes `runAt`. */
  readonly delay?: number;
  /** When the job may start; a text is an RFC 3339 time. */
  readonly runAt?: string | Date;
  /** 1 (highest, the default) to 10. */
  readonly priority?: number;
  /** In all; the job type's unless given. */
  readonly attempts?: number;
  readonly backoff?: Backoff;
  /** Milliseconds that one attempt may take. */
  readonly timeout?: number;
  /** No attempt starts later than this: the job expires instead. */
  readonly startBy?: string | Date;
  readonly tags?: readonly string[];
  /** 1 to 128 printable ASCII characters: jobs of a queue with the same key run one at a time, in the order of their submission. */
  readonly orderingKey?: string;
}

/** @throws TypeError */
export function checkIdempotencyKey(key: string): void {
  if (!VISIBLE_ASCII.test(key)) throw new TypeError('an idempotency key has 1 to 255 visible ASCII characters');
}

/** A UUID, version 4. Made here because `crypto.randomUUID` is missing in pages that were not loaded over HTTPS. */
export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const withVersion = bytes.map((byte, index) => (index === 6 ? (byte & 0x0f) | 0x40 : index === 8 ? (byte & 0x3f) | 0x80 : byte));
  const hex = Array.from(withVersion, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
