import { QUEUE_NAMES, type QueueName } from '@dts/jobs';
import type { TenantLimits } from '@dts/queue';
import { z } from 'zod';
import { component } from '../http/components.js';
import { Problem } from '../http/problem.js';
import { toEntries } from '../jobs/submit.schema.js';

const LONGEST_MS = 24 * 3_600_000;

const rate = z.strictObject({
  max: z.int().min(1).max(1_000_000).meta({ description: 'Starts at once, and in `per` after that' }),
  per: z.int().min(100).max(LONGEST_MS).meta({ description: 'Milliseconds' }),
});

const concurrency = z.int().min(1).max(100_000);

/** Where it matters to callers that a queue is not named or has no limit, both are the same. */
function perQueue<Limit extends z.ZodType>(limit: Limit) {
  const shape = Object.fromEntries(QUEUE_NAMES.map((queue) => [queue, limit.nullish()])) as Record<
    QueueName,
    z.ZodOptional<z.ZodNullable<Limit>>
  >;
  return z.strictObject(shape);
}

export const tenantLimitsInput = component(
  'TenantLimitsInput',
  z.strictObject({
    weight: z.int().min(1).max(100).default(1).meta({ description: 'Share of each queue, beside the other tenants whose jobs wait' }),
    concurrency: perQueue(concurrency).nullish().meta({ description: 'Jobs that run at once, by queue' }),
    rate: perQueue(rate).nullish().meta({ description: 'Starts, those of further attempts included, by queue' }),
  }),
);

/** What is not limited is not told. */
const limitsOf = <Limit extends z.ZodType>(limit: Limit) => z.partialRecord(z.enum(QUEUE_NAMES as [QueueName]), limit).nullable();

const VIEW_EXAMPLE = { tenant: 'acme', weight: 2, concurrency: { io: 50 }, rate: { 'rate-limited': { max: 100, per: 60_000 } } };

export const tenantLimitsView = component(
  'TenantLimits',
  z
    .object({
      tenant: z.string(),
      weight: z.int(),
      concurrency: limitsOf(z.int()),
      rate: limitsOf(z.object({ max: z.int(), per: z.int() })),
    })
    .meta({ examples: [VIEW_EXAMPLE] }),
);

export type TenantLimitsView = z.output<typeof tenantLimitsView>;

/** @throws Problem `invalid-request` */
export function parseTenantLimits(body: unknown): TenantLimits {
  const parsed = tenantLimitsInput.safeParse(body);
  if (!parsed.success) throw new Problem('invalid-request', 'The limits do not fit their schema.', { errors: toEntries(parsed.error) });
  const { weight, concurrency, rate } = parsed.data;
  return { weight, concurrency: named(concurrency), rate: named(rate) };
}

export function toTenantLimitsView(tenant: string, { weight, concurrency, rate }: TenantLimits): TenantLimitsView {
  return { tenant, weight, concurrency: named(concurrency), rate: named(rate) };
}

/** Only the queues that have a limit; null where none has. */
function named<Limit>(
  limits: { readonly [Name in QueueName]?: Limit | null | undefined } | null | undefined,
): Partial<Record<QueueName, Limit>> | null {
  const given = Object.entries(limits ?? {}).filter(([, limit]) => limit != null);
  return given.length === 0 ? null : (Object.fromEntries(given) as Partial<Record<QueueName, Limit>>);
}
