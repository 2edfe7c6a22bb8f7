import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ApiKey, ApiKeys } from '@dts/runtime';

const COOKIE = 'dts_session';
const LIFETIME_S = 8 * 3_600;

/** Browser sessions: a cookie that names a key and an end, signed. It ends when the key is taken away, too. */
export class Sessions {
  private readonly secret: string;

  /** @param secret shared by all gateways; without one, sessions are good only in this process */
  constructor(
    private readonly keys: ApiKeys,
    secret?: string,
  ) {
    this.secret = secret ?? randomBytes(32).toString('base64url');
  }

  /** The value of a Set-Cookie header. @param overTls whether it may travel over nothing else */
  open(key: ApiKey, overTls = false, now = Date.now()): string {
    const claim = `${key.id}.${Math.floor(now / 1000) + LIFETIME_S}`;
    return this.cookie(`${claim}.${this.sign(claim)}`, LIFETIME_S) + (overTls ? '; Secure' : '');
  }

  /** The value of a Set-Cookie header that ends a session. */
  close(): string {
    return this.cookie('', 0);
  }

  /** The key that a Cookie header stands for. */
  find(cookies: string | undefined, now = Date.now()): ApiKey | undefined {
    const match = new RegExp(`(?:^|;\\s*)${COOKIE}=(([\\w.-]+)\\.(\\d+))\\.([\\w-]+)`).exec(cookies ?? '');
    if (!match) return undefined;
    const [, claim = '', id = '', end = '', signature = ''] = match;
    const genuine = isEqual(signature, this.sign(claim));
    return genuine && Number(end) * 1000 > now ? this.keys.byId(id) : undefined;
  }

  private cookie(value: string, maxAgeS: number): string {
    return `${COOKIE}=${value}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict`;
  }

  private sign(claim: string): string {
    return createHmac('sha256', this.secret).update(claim).digest('base64url');
  }
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
