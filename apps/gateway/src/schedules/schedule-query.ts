import type { ScheduleName } from '@dts/queue';
import { type ApiKey, isOperator } from '../http/api-keys.js';
import { requireScope } from '../http/authenticate.js';
import { Problem } from '../http/problem.js';

export const LONGEST_PAGE = 100;
const PAGE = 50;

/**
 * Whose schedules a call is about: the caller's own tenant's, or, for operators, that of `?tenant=`. Ids are a tenant's
 * own, so an id alone does not tell.
 * @throws Problem `missing-scope` for a tenant that is not the caller's to see, or to change
 */
export function tenantOf(caller: ApiKey, tenant: unknown, access: 'read' | 'write'): string {
  if (tenant === undefined || tenant === caller.tenant) return caller.tenant;
  if (access === 'write') requireScope(caller, 'ops:write');
  else if (!isOperator(caller)) requireScope(caller, 'ops:read');
  if (typeof tenant === 'string' && TENANT.test(tenant)) return tenant;
  throw invalid('tenant', 'must be the name of a tenant');
}

/** As API keys have them. */
const TENANT = /^[\w.-]{1,64}$/;
/** Part of a tag of every run, and of a Redis key. */
const ID = /^[A-Za-z0-9][\w.-]{0,49}$/;

/** @throws Problem `invalid-request` */
export function scheduleName(tenant: string, id: string): ScheduleName {
  if (ID.test(id)) return { tenant, id };
  throw invalid('id', 'must be 1 to 50 letters, digits, ".", "_" or "-", with a letter or digit first');
}

/** @throws Problem `invalid-request` */
export function parseLimit(limit: string | undefined): number {
  if (limit === undefined) return PAGE;
  const count = Number(limit);
  if (/^\d{1,3}$/.test(limit) && count >= 1 && count <= LONGEST_PAGE) return count;
  throw invalid('limit', `must be a whole number from 1 to ${LONGEST_PAGE}`);
}

/** Opaque to callers. It holds an id only, so one that was tampered with shows no more than the caller's own. */
export function toCursor(after: ScheduleName | undefined): string | null {
  return after ? Buffer.from(after.id).toString('base64url') : null;
}

/** @throws Problem `invalid-request` */
export function fromCursor(cursor: string | undefined, tenant: string): ScheduleName | undefined {
  if (cursor === undefined) return undefined;
  const id = Buffer.from(cursor, 'base64url').toString();
  if (ID.test(id)) return { tenant, id };
  throw invalid('cursor', 'must be the nextCursor of the page before');
}

function invalid(parameter: string, detail: string): Problem {
  return new Problem('invalid-request', 'The request does not fit its schema.', { errors: [{ parameter, detail }] });
}
