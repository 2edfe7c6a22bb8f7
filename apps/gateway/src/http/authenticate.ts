import type { ApiKey, ApiKeys, Scope } from '@dts/runtime';
import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiSecurity } from '@nestjs/swagger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from './problem.js';
import type { AddressLimits } from './rate-limit/address-limits.js';
import type { RateLimits } from './rate-limit/rate-limits.js';

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
export const NeedsScope = (scope: Scope, special: { bodyLimit?: number } = {}) =>
  applyDecorators(RouteConfig({ scope, ...special }), ApiSecurity('bearer', [scope]));

/** Who may come in, and how often. */
export interface Door {
  readonly keys: ApiKeys;
  readonly rates: RateLimits;
  readonly addresses: AddressLimits;
}

const NO_KEY = 'Send a key: "Authorization: Bearer <key>".';

/** Every route below these needs a key; the rest tells nothing that is secret. */
const GUARDED = /^\/v1(\/|$)/;

/**
 * Checks keys before the body is even read. It goes by the route that was matched, never by the URL that was sent:
 * escapes and dots make many URLs of one route.
 */
export function authenticate(fastify: FastifyInstance, door: Door): void {
  fastify.addHook('onRequest', async (request, reply) => {
    if (!isGuarded(request)) return;
    const { config } = request.routeOptions;
    const key = readBearer(request, reply, door);
    door.rates.admit(key, reply);
    if (!config.scope) throw new Problem('missing-scope', 'No key opens this route.');
    requireScope(key, config.scope);
    request.apiKey = key;
  });
}

/** Whether a request is for a route of the API. */
export function isGuarded({ routeOptions: { url } }: FastifyRequest): boolean {
  return url !== undefined && GUARDED.test(url);
}

/** @throws Problem `unauthenticated`, or `rate-limited` when its address was told so too often */
export function readBearer(request: FastifyRequest, reply: FastifyReply, { keys, addresses }: Omit<Door, 'rates'>): ApiKey {
  const secret = /^Bearer +([^\s]+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const key = secret === undefined ? undefined : keys.find(secret);
  if (key) return key;
  addresses.refuse(request, reply);
  throw new Problem('unauthenticated', secret === undefined ? NO_KEY : 'This key is not known here.');
}

/** Whose key opened the route. @throws Problem `unauthenticated` */
export function callerOf(request: FastifyRequest): ApiKey {
  if (!request.apiKey) throw new Problem('unauthenticated', NO_KEY);
  return request.apiKey;
}

/** @throws Problem `missing-scope` */
export function requireScope(key: ApiKey, scope: Scope): void {
  if (!key.scopes.has(scope)) throw new Problem('missing-scope', `The key "${key.id}" lacks the scope ${scope}.`);
}
