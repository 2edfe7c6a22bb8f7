import { OPERATION_KINDS, OPERATION_STATES, type Operation } from '@dts/queue';
import { z } from 'zod';
import { component } from '../http/components.js';
import { pageOf } from '../http/pages.js';

const instant = z.iso.datetime();

const EXAMPLE = {
  id: 'op_0123456789abcdefghjkmnpqrs',
  kind: 'redrive',
  state: 'running',
  filter: { tenant: 'acme', reason: 'http-status', since: '2026-11-25T08:00:00.000Z' },
  limit: null,
  ratePerSecond: 50,
  toExamine: 1_204,
  examined: 600,
  matched: 580,
  done: 578,
  skipped: 2,
  failed: 0,
  createdBy: 'ada',
  createdAt: '2026-11-25T09:04:20.654Z',
  updatedAt: '2026-11-25T09:04:32.210Z',
  finishedAt: null,
  error: null,
};

/** A change of many jobs, as the API tells it. */
export const operationView = component(
  'Operation',
  z
    .object({
      id: z.string(),
      kind: z.enum(OPERATION_KINDS),
      state: z.enum(OPERATION_STATES),
      filter: z.object({
        tenant: z.string().optional().meta({ description: "Whose jobs; everyone's unless given" }),
        queue: z.string().optional(),
        name: z.string().optional(),
        reason: z.string().optional(),
        tag: z.string().optional(),
        since: instant.optional(),
        until: instant.optional(),
      }),
      limit: z.int().nullable(),
      ratePerSecond: z.number().nullable(),
      toExamine: z.int().meta({
        description:
          'Jobs to look at, as it was when it began: all that are kept, did not complete, and ended in the queue and time that the filter names',
      }),
      examined: z.int().meta({ description: 'Jobs looked at so far' }),
      matched: z.int().meta({ description: 'Of these, jobs that the filter means' }),
      done: z.int(),
      skipped: z.int().meta({ description: 'Changed by somebody else in the meantime, or tied to a parent or to children' }),
      failed: z.int().meta({ description: 'Refused by Redis' }),
      createdBy: z.string().meta({ description: 'Id of the API key that asked for it' }),
      createdAt: instant,
      updatedAt: instant,
      finishedAt: instant.nullable(),
      error: z.object({ code: z.string(), message: z.string() }).nullable(),
    })
    .meta({ examples: [EXAMPLE] }),
);

export const operationList = pageOf('OperationList', operationView);

export type OperationView = z.output<typeof operationView>;

export function toOperationView({ tenant: _owner, filter, createdAt, updatedAt, finishedAt, ...rest }: Operation): OperationView {
  const { since, until, ...words } = filter;
  return {
    ...rest,
    filter: { ...words, ...(since !== undefined && { since: toTime(since) }), ...(until !== undefined && { until: toTime(until) }) },
    createdAt: toTime(createdAt),
    updatedAt: toTime(updatedAt),
    finishedAt: finishedAt === null ? null : toTime(finishedAt),
  };
}

function toTime(unixMs: number): string {
  return new Date(unixMs).toISOString();
}
