import { createHmac } from 'node:crypto';

/** Standard Webhooks, https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
const PREFIX = 'whsec_';

export interface SignedMessage {
  /** The same for every attempt, so that the receiver can tell a repetition. */
  readonly id: string;
  /** Unix seconds; receivers refuse old ones. */
  readonly timestamp: number;
  readonly body: Buffer;
}

/**
 * The bytes of a key: what `whsec_` is followed by as base64, else the text itself.
 * @throws Error when what follows `whsec_` is not base64
 */
export function signingKey(text: string): Buffer {
  if (!text.startsWith(PREFIX)) return Buffer.from(text);
  const encoded = text.slice(PREFIX.length);
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) throw new Error(`what follows ${PREFIX} must be base64`);
  return Buffer.from(encoded, 'base64');
}

/** The three headers by which a receiver checks who sent a message, that it is unchanged, and that it is new. */
export function signatureHeaders(key: Buffer, { id, timestamp, body }: SignedMessage): Record<string, string> {
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` };
}
