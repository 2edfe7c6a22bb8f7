import { JOB_NAMES, QUEUE_NAMES } from '@dts/jobs';
import { JOB_STATES, PLACE_NAMES } from '@dts/queue';
import { z } from 'zod';
import { pageQuery } from '../http/pages.js';
import { tenantQuery } from '../http/tenant.js';
import { tag } from './submit.schema.js';

export const LONGEST_WAIT_S = 60;
const WAIT = `must be a whole number of seconds from 0 to ${LONGEST_WAIT_S}`;

/** What a job may be asked for with. */
export const jobQuery = z.strictObject({
  wait: z
    .string()
    .regex(/^\d{1,3}$/, WAIT)
    .transform(Number)
    .refine((seconds) => seconds <= LONGEST_WAIT_S, WAIT)
    .default(0),
});

const oneOf = (names: readonly string[]) => `must be one of ${names.join(', ')}`;

/** Which jobs to list. */
export const jobsQuery = z.strictObject({
  ...pageQuery,
  ...tenantQuery,
  /** Several with commas between them. */
  state: z
    .string()
    .transform((text) => [...new Set(text.split(','))].sort())
    .pipe(z.array(z.enum(JOB_STATES, oneOf(JOB_STATES))))
    .optional(),
  queue: z.enum(QUEUE_NAMES, oneOf(QUEUE_NAMES)).optional(),
  name: z.enum(JOB_NAMES, oneOf(JOB_NAMES)).optional(),
  tag: tag.optional(),
});

/** Where a page of jobs ends. */
export const jobsPosition = z.object({
  place: z.enum(PLACE_NAMES),
  queue: z.enum(QUEUE_NAMES),
  after: z.object({ id: z.string(), order: z.string() }).optional(),
});

/** What the lines of a job's log may be asked for with, and where a page of them ends. */
export const logsQuery = z.strictObject(pageQuery);
export const logsPosition = z.int().min(0);
