import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiKey } from '../http/api-keys.js';
import { type Door, readBearer, requireScope } from '../http/authenticate.js';
import { Problem } from '../http/problem.js';
import type { Sessions } from './session.js';

/** Methods that change nothing. */
export const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/**
 * Lets operators in: by session in a browser, by key elsewhere. Reading needs `ops:read`, all else `ops:write`.
 * @returns false for a browser that has no session yet
 * @throws Problem `unauthenticated`, `missing-scope`, `cross-site`, `rate-limited`
 */
export function admit(request: FastifyRequest, reply: FastifyReply, door: Door, sessions: Sessions): boolean {
  const session = sessions.find(request.headers.cookie);
  if (!session && request.headers.authorization === undefined && wantsPage(request)) return false;
  if (session) refuseCrossSite(request);
  const key: ApiKey = session ?? readBearer(request, reply, door);
  requireScope(key, READS.has(request.method) ? 'ops:read' : 'ops:write');
  request.apiKey = key;
  return true;
}

/**
 * A cookie travels with requests that other sites make a browser send. SameSite keeps it from most of them; the rest is
 * told by where the browser says that a change comes from.
 */
export function refuseCrossSite(request: FastifyRequest): void {
  if (READS.has(request.method)) return;
  const { origin, host } = request.headers;
  const sameOrigin = origin !== undefined && URL.canParse(origin) && new URL(origin).host === host;
  if (!sameOrigin) throw new Problem('cross-site', 'Changes must come from a page of this gateway.');
}

function wantsPage(request: FastifyRequest): boolean {
  return request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
}
