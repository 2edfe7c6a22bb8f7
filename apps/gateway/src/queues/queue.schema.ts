import { QUEUE_NAMES, type QueueName } from '@dts/jobs';
import type { QueueLimits } from '@dts/queue';
import { z } from 'zod';
import { component } from '../http/components.js';
import { Problem } from '../http/problem.js';
import { toEntries } from '../jobs/submit.schema.js';

const DAY_MS = 24 * 3_600_000;
const MOST_JOBS = 1_000_000;

/** Both, as they are to be: what is left out would be a guess. */
export const limitsInput = component(
  'QueueLimitsInput',
  z.strictObject({
    concurrency: z.int().min(1).max(MOST_JOBS).nullable().meta({ description: 'Jobs at once on all workers together; null: no limit' }),
    rate: z
      .strictObject({
        max: z.int().min(1).max(MOST_JOBS).meta({ description: 'Starts in a window' }),
        per: z.int().min(1).max(DAY_MS).meta({ description: 'Milliseconds that a window lasts' }),
      })
      .nullable()
      .meta({ description: 'On all workers together; null: no limit' }),
  }),
);

/** @throws Problem `invalid-request` */
export function parseLimits(body: unknown): QueueLimits {
  const parsed = limitsInput.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new Problem('invalid-request', 'The limits do not fit their schema.', { errors: toEntries(parsed.error) });
}

/** @throws Problem `queue-not-found` */
export function parseQueueName(name: string): QueueName {
  const known = QUEUE_NAMES.find((candidate) => candidate === name);
  if (known) return known;
  throw new Problem('queue-not-found', `There is no queue ${JSON.stringify(name)}. Known: ${QUEUE_NAMES.join(', ')}.`);
}
