import { type ApiKey, isOperator } from '@dts/runtime';
import { ApiQuery } from '@nestjs/swagger';
import { z } from 'zod';
import { requireScope } from './authenticate.js';
import { invalidParameter } from './query.js';

const NAMED = 'must be the name of a tenant';
/** As API keys have them. */
const TENANT = /^[\w.-]{1,64}$/;

/** The parameter of a list that operators may see across tenants. */
export const tenantQuery = { tenant: z.string().regex(TENANT, NAMED).optional() };

export const ApiTenant = (description = "Another tenant's, for operators") =>
  ApiQuery({ name: 'tenant', required: false, description, schema: { type: 'string', pattern: '^[A-Za-z0-9_.-]{1,64}$' } });

/**
 * Whose things a call is about, where names are a tenant's own: the caller's, or, for operators, those of `?tenant=`.
 * @throws Problem `missing-scope` for a tenant that is not the caller's to see, or to change
 */
export function tenantOf(caller: ApiKey, tenant: unknown, access: 'read' | 'write'): string {
  if (tenant === undefined || tenant === caller.tenant) return caller.tenant;
  if (access === 'write') requireScope(caller, 'ops:write');
  else if (!isOperator(caller)) requireScope(caller, 'ops:read');
  return checkTenant(tenant);
}

/** @throws Problem `invalid-request` */
export function checkTenant(tenant: unknown): string {
  if (typeof tenant === 'string' && TENANT.test(tenant)) return tenant;
  throw invalidParameter('tenant', NAMED);
}

/**
 * Whose things a list shows: for operators everyone's unless `?tenant=` says whose, for the others their own.
 * @throws Problem `missing-scope`
 */
export function listedTenant(caller: ApiKey, tenant: string | undefined): string | undefined {
  return tenant === undefined && isOperator(caller) ? undefined : tenantOf(caller, tenant, 'read');
}

/**
 * Whose things a call changes that is about many: with `ops:write` everyone's unless it says whose, otherwise the caller's own.
 * @throws Problem `missing-scope`
 */
export function changedTenant(caller: ApiKey, tenant: string | undefined): string | undefined {
  return tenant === undefined && caller.scopes.has('ops:write') ? undefined : tenantOf(caller, tenant, 'write');
}

/** Something that a tenant has, by an id that nobody chose. */
interface Owned {
  readonly id: string;
  readonly tenant: string;
}

/**
 * What is another tenant's is not there: that it exists is the other tenant's to know.
 * @throws what `notFound` makes
 */
export function visibleTo<Thing extends Owned>(caller: ApiKey, thing: Thing, notFound: (id: string) => Error): Thing {
  if (thing.tenant === caller.tenant || isOperator(caller)) return thing;
  throw notFound(thing.id);
}

/** @throws what `notFound` makes, where the caller must not know of it; Problem `missing-scope` where it may only see it */
export function changeableBy<Thing extends Owned>(caller: ApiKey, thing: Thing, notFound: (id: string) => Error): Thing {
  if (visibleTo(caller, thing, notFound).tenant !== caller.tenant) requireScope(caller, 'ops:write');
  return thing;
}
