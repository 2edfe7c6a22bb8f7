import { FLOW_STATES } from '@dts/queue';
import { z } from 'zod';
import { pageQuery } from '../http/pages.js';
import { tenantQuery } from '../http/tenant.js';

/** Which flows to list. */
export const flowsQuery = z.strictObject({
  ...pageQuery,
  ...tenantQuery,
  /** Several with commas between them. */
  state: z
    .string()
    .transform((text) => [...new Set(text.split(','))].sort())
    .pipe(z.array(z.enum(FLOW_STATES, `must be one of ${FLOW_STATES.join(', ')}`)))
    .optional(),
});

/** Where a page of flows ends. */
export const flowsPosition = z.object({ score: z.number(), member: z.string() });
