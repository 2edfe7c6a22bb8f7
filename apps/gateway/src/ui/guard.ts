import type { ApiKey } from '@dts/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Door, readBearer, requireScope } from '../http/authenticate.js';
import type { ProblemFilter } from '../http/problem.filter.js';
import { Problem } from '../http/problem.js';
import type { Sessions } from './session.js';

/** Methods that change nothing. */
const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** Nothing from elsewhere (Bull Board would fetch fonts), no script that is not a file of ours, and no page of another site may frame these. */
const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'self'",
].join('; ');

const HEADERS = {
  'content-security-policy': CONTENT_POLICY,
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
};

/**
 * Stands before everything below `base`. By the route that was matched: `/%75i/…` and `/ui/api/…` lead to the same routes
 * as what they look like.
 */
export function guard(fastify: FastifyInstance, base: string, door: Door, sessions: Sessions, problems: ProblemFilter): void {
  const open = new Set([`${base}/login`]);
  const own = new Set([...open, `${base}/logout`]);
  fastify.addHook('onRequest', async (request, reply) => {
    const { url } = request.routeOptions;
    if (url === undefined || !isBelow(base, url)) return;
    reply.headers(HEADERS);
    if (!url.startsWith(`${base}/static/`)) reply.header('cache-control', 'no-store');
    if (open.has(url)) return;
    try {
      if (!admit(request, reply, door, sessions, own.has(url))) return reply.redirect(loginFor(base));
    } catch (error) {
      // Bull Board has an error handler of its own, which makes a 500 of everything.
      problems.answer(error, request, reply);
      return reply;
    }
  });
}

/** Where a browser signs in, to come back to `base`. */
function loginFor(base: string): string {
  return base === '/ui' ? '/ui/login' : `/ui/login?to=${base}`;
}

export function isBelow(base: string, url: string): boolean {
  return url === base || url.startsWith(`${base}/`);
}

/**
 * Lets operators in: by session in a browser, by key elsewhere. Reading needs `ops:read`, all else `ops:write`.
 * @param ownSession whether it is about nothing but the caller's session
 * @returns false for a browser that has no session yet
 * @throws Problem `unauthenticated`, `missing-scope`, `cross-site`, `rate-limited`
 */
function admit(request: FastifyRequest, reply: FastifyReply, door: Door, sessions: Sessions, ownSession: boolean): boolean {
  const session = sessions.find(request.headers.cookie);
  if (!session && request.headers.authorization === undefined && wantsPage(request)) return false;
  if (session) refuseCrossSite(request);
  const key: ApiKey = session ?? readBearer(request, reply, door);
  requireScope(key, READS.has(request.method) || ownSession ? 'ops:read' : 'ops:write');
  request.apiKey = key;
  return true;
}

/**
 * A cookie travels with requests that other sites make a browser send. SameSite keeps it from most of them; the rest is
 * told by where the browser says that a change comes from: in `Origin`, which it always sends along with one, and, if it
 * is not too old, in a header that no page can set.
 */
export function refuseCrossSite({ method, headers }: FastifyRequest): void {
  if (READS.has(method)) return;
  const { origin, host, 'sec-fetch-site': site = 'same-origin' } = headers;
  const sameOrigin = origin !== undefined && URL.canParse(origin) && new URL(origin).host === host;
  if (!sameOrigin || site !== 'same-origin') throw new Problem('cross-site', 'Changes must come from a page of this gateway.');
}

function wantsPage(request: FastifyRequest): boolean {
  return request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
}
