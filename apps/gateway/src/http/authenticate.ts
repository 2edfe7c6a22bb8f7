import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ApiKey, ApiKeys, Scope } from './api-keys.js';
import { Problem } from './problem.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every route that needs a key. */
    apiKey?: ApiKey;
  }
  interface FastifyContextConfig {
    scope?: Scope;
    /** Bytes; the server's unless given. */
    bodyLimit?: number;
  }
}

/** The scope that a route needs, and what is special about it. A route of the API without one can be used by nobody. */
export const NeedsScope = (scope: Scope, special: { bodyLimit?: number } = {}) => RouteConfig({ scope, ...special });

/** Every route below these needs a key; the rest tells nothing that is secret. */
const GUARDED = /^\/v1(\/|$)/;

/**
 * Checks keys before the body is even read. It goes by the route that was matched, never by the URL that was sent:
 * escapes and dots make many URLs of one route.
 */
export function authenticate(fastify: FastifyInstance, keys: ApiKeys): void {
  fastify.addHook('onRequest', async (request) => {
    const { url, config } = request.routeOptions;
    if (url === undefined || !GUARDED.test(url)) return;
    const key = readBearer(request, keys);
    if (!config.scope) throw new Problem('missing-scope', 'No key opens this route.');
    requireScope(key, config.scope);
    request.apiKey = key;
  });
}

/** @throws Problem `unauthenticated` */
export function readBearer(request: FastifyRequest, keys: ApiKeys): ApiKey {
  const secret = /^Bearer +([^\s]+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (secret === undefined) throw new Problem('unauthenticated', 'Send a key: "Authorization: Bearer <key>".');
  const key = keys.find(secret);
  if (!key) throw new Problem('unauthenticated', 'This key is not known here.');
  return key;
}

/** Whose key opened the route. @throws Problem `unauthenticated` */
export function callerOf(request: FastifyRequest): ApiKey {
  if (!request.apiKey) throw new Problem('unauthenticated', 'Send a key: "Authorization: Bearer <key>".');
  return request.apiKey;
}

/** @throws Problem `missing-scope` */
export function requireScope(key: ApiKey, scope: Scope): void {
  if (!key.scopes.has(scope)) throw new Problem('missing-scope', `The key "${key.id}" lacks the scope ${scope}.`);
}
