import type { ScheduleName } from '@dts/queue';
import { z } from 'zod';
import { pageQuery } from '../http/pages.js';
import { invalidParameter } from '../http/query.js';
import { tenantQuery } from '../http/tenant.js';

/** Part of a tag of every run, and of a Redis key. */
const ID = /^[A-Za-z0-9][\w.-]{0,49}$/;

/** What a list of schedules may be asked with. */
export const schedulesQuery = z.strictObject({ ...pageQuery, ...tenantQuery });

/** Where a page of schedules ends: they are listed in the order of their ids. */
export const schedulePosition = z.object({ tenant: z.string(), id: z.string() });

/** @throws Problem `invalid-request` */
export function scheduleName(tenant: string, id: string): ScheduleName {
  if (ID.test(id)) return { tenant, id };
  throw invalidParameter('id', 'must be 1 to 50 letters, digits, ".", "_" or "-", with a letter or digit first');
}
