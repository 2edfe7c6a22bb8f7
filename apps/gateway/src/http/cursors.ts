import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { DeploymentKey } from '@dts/queue';
import { invalidParameter } from './query.js';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Makes a position in a list opaque: encrypted, because it may name what the caller must not know, and authenticated
 * together with the list that it belongs to. Any gateway of the deployment reads what another one wrote.
 */
export class Cursors {
  constructor(private readonly key: Pick<DeploymentKey, 'read'>) {}

  /** @param list names what is listed: a cursor is good for the same only */
  async seal(position: unknown, list: string): Promise<string> {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, await this.key.read(), nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(list));
    const sealed = Buffer.concat([cipher.update(JSON.stringify(position)), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
  }

  /**
   * @param list as it was sealed for
   * @throws Problem `invalid-request` for anything else than what `seal` gave
   */
  async open(cursor: string, list: string): Promise<unknown> {
    const bytes = Buffer.from(cursor, 'base64url');
    // Decoding overlooks what is no base64url; a cursor that was changed is not the same cursor.
    if (bytes.toString('base64url') !== cursor || bytes.length <= NONCE_BYTES + TAG_BYTES) throw invalidCursor();
    return decrypt(bytes, await this.key.read(), list);
  }
}

export function invalidCursor() {
  return invalidParameter('cursor', 'must be the nextCursor of the page before, for the same list and filters');
}

function decrypt(bytes: Buffer, key: Buffer, list: string): unknown {
  const [nonce, tag, sealed] = [
    bytes.subarray(0, NONCE_BYTES),
    bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES),
    bytes.subarray(NONCE_BYTES + TAG_BYTES),
  ];
  try {
    const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(list)).setAuthTag(tag);
    return JSON.parse(Buffer.concat([decipher.update(sealed), decipher.final()]).toString());
  } catch {
    throw invalidCursor();
  }
}
