import { FinalError } from '@dts/jobs';
import { redactUrl } from './redact-url.js';

/** One exchange on the way to the final answer. Header names are in lower case. */
export interface Hop {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

const REDIRECTS = [301, 302, 303, 307, 308];
/** All that another origin is told: whatever else a caller has set may be a credential, whatever its name. */
const FOR_ANY_ORIGIN = /^(accept(-.*)?|user-agent|content-.*|idempotency-key)$/;
/** What describes a body, and the signature over it. */
const OF_BODY = /^(content|webhook)-/;

export function isRedirect(status: number): boolean {
  return REDIRECTS.includes(status);
}

/**
 * The hop that `location` asks for, by the rules of fetch (https://fetch.spec.whatwg.org/#http-redirect-fetch).
 * @throws FinalError `redirect-refused` for a location that is not an http or https URL
 */
export function nextHop(hop: Hop, status: number, location: string): Hop {
  const url = URL.parse(location, hop.url.href);
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new FinalError('redirect-refused', `${redactUrl(hop.url)} redirects to ${describe(url)}; only http and https are followed.`);
  }
  url.username = '';
  url.password = '';
  const headers = url.origin === hop.url.origin ? hop.headers : only(hop.headers, (name) => FOR_ANY_ORIGIN.test(name));
  if (!becomesGet(hop.method, status)) return { ...hop, url, headers };
  return { method: 'GET', url, headers: only(headers, (name) => !OF_BODY.test(name)) };
}

function becomesGet(method: string, status: number): boolean {
  if (status === 303) return method !== 'GET' && method !== 'HEAD';
  return (status === 301 || status === 302) && method === 'POST';
}

function only(headers: Hop['headers'], keep: (name: string) => boolean): Hop['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => keep(name)));
}

function describe(url: URL | null): string {
  return url ? `a ${url.protocol} URL` : 'something that is no URL';
}
