import { type Beat, type Lease, type Settled, traceOf } from '@dts/queue';
import { z } from 'zod';
import { component } from '../http/components.js';
import { PROBLEM_EXAMPLE, problem } from '../http/openapi.js';
import { TOKEN_EXAMPLE } from './lease.schema.js';

const EXAMPLE = {
  leaseToken: TOKEN_EXAMPLE,
  jobId: 'external_0123456789abcdefghjkmnpqrs',
  name: 'report.render',
  queue: 'external',
  tenant: 'acme',
  attempt: 1,
  start: 1,
  payload: { title: 'Invoices', columns: ['number', 'amount'], rows: [['INV-1042', 19.9]], format: 'csv' },
  tags: [],
  timeoutMs: 300_000,
  deadline: '2026-11-25T05:09:20.654Z',
  leaseExpiresAt: '2026-11-25T05:04:32.654Z',
  heartbeatMs: 4_000,
  quarantine: false,
  idempotencyKey: 'external_0123456789abcdefghjkmnpqrs',
  children: 0,
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  tracestate: null,
};

const leaseView = component(
  'Lease',
  z
    .object({
      leaseToken: z.string().meta({ description: 'Who has it has the job, until the lease ends' }),
      jobId: z.string(),
      name: z.string(),
      queue: z.string(),
      tenant: z.string(),
      attempt: z.int().meta({ description: '1 for the first' }),
      start: z.int().meta({ description: '1 when the job has certainly never run before' }),
      payload: z.unknown().meta({ description: 'Checked, defaults filled in' }),
      tags: z.array(z.string()),
      timeoutMs: z.int().meta({ description: 'Milliseconds that the attempt may take' }),
      deadline: z.iso.datetime().meta({ description: 'When they are over' }),
      leaseExpiresAt: z.iso.datetime().meta({ description: 'When the job is taken back, unless the lease is extended' }),
      heartbeatMs: z.int().meta({ description: 'Milliseconds between two heartbeats' }),
      quarantine: z.boolean().meta({ description: 'It may be what crashed its workers: take no other job beside it' }),
      idempotencyKey: z.string().meta({ description: 'The same for every attempt: pass it on to what must happen only once' }),
      children: z.int().meta({ description: 'Of a flow: children that it has waited for' }),
      traceparent: z.string().nullable().meta({ description: 'Of the trace that the job belongs to: hand it on to what the job calls' }),
      tracestate: z.string().nullable(),
    })
    .meta({ examples: [EXAMPLE] }),
);

const goOn = z.enum(['continue', 'drain']).meta({ description: '`drain`: finish what you hold, and ask for no more' });

export const givenView = component(
  'LeasedJobs',
  z.object({ directive: goOn, leases: z.array(leaseView) }).meta({ examples: [{ directive: 'continue', leases: [EXAMPLE] }] }),
);

const reason = z.enum(['cancelled', 'timeout']);

export const beatView = component(
  'Heartbeat',
  z
    .object({
      directive: z.enum(['continue', 'cancel', 'drain']).meta({ description: '`cancel`: stop, and report the attempt as failed' }),
      reason: reason.optional().meta({ description: 'Of `cancel`' }),
      leaseExpiresAt: z.iso.datetime(),
    })
    .meta({ examples: [{ directive: 'continue', leaseExpiresAt: EXAMPLE.leaseExpiresAt }] }),
);

export const beatsView = component(
  'Heartbeats',
  z
    .object({
      directive: goOn,
      leases: z.array(
        z.object({
          leaseToken: z.string(),
          directive: z.enum(['continue', 'cancel', 'lost']).meta({ description: '`lost`: another has the job; stop, and report nothing' }),
          reason: reason.optional(),
          leaseExpiresAt: z.iso.datetime().optional(),
        }),
      ),
    })
    .meta({
      examples: [
        {
          directive: 'continue',
          leases: [{ leaseToken: TOKEN_EXAMPLE, directive: 'continue', leaseExpiresAt: EXAMPLE.leaseExpiresAt }],
        },
      ],
    }),
);

const settled = z.object({
  outcome: z.enum(['completed', 'retrying', 'dead', 'cancelled', 'released']).meta({ description: 'What became of the job' }),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
  retryInMs: z.number().optional().meta({ description: 'Of `retrying`' }),
});

export const settledView = component('Settled', settled.meta({ examples: [{ outcome: 'completed' }] }));

export const settledManyView = component(
  'SettledMany',
  z.object({ results: z.array(z.union([settled.extend({ status: z.literal(200) }), z.object({ status: z.int(), problem })])) }).meta({
    examples: [
      {
        results: [
          { status: 200, outcome: 'completed' },
          { status: 409, problem: { ...PROBLEM_EXAMPLE, status: 409 } },
        ],
      },
    ],
  }),
);

export const takenView = component('Taken', z.object({}).meta({ examples: [{}] }));

export const childrenView = component(
  'LeaseChildren',
  z
    .object({
      items: z.array(
        z.object({
          id: z.string(),
          name: z.string(),
          onFailure: z.string(),
          state: z.string(),
          result: z.unknown(),
          error: z.object({ code: z.string(), message: z.string() }).nullable(),
        }),
      ),
      next: z.int().nullable().meta({ description: '`from` of the next part; null when there is none' }),
    })
    .meta({
      examples: [
        {
          items: [
            {
              id: EXAMPLE.jobId,
              name: 'report.render',
              onFailure: 'fail',
              state: 'completed',
              result: { document: '', rows: 0 },
              error: null,
            },
          ],
          next: null,
        },
      ],
    }),
);

/** Milliseconds between two heartbeats: two may be lost. */
function heartbeatMsOf(leaseMs: number): number {
  return Math.floor(leaseMs / 3);
}

export function toLeaseView(lease: Lease, leaseMs: number): z.output<typeof leaseView> {
  const { job, token, payload, timeoutMs, deadline, expiresAt, quarantine } = lease;
  const { id = '', data } = job;
  const trace = traceOf(job);
  return {
    leaseToken: token,
    jobId: id,
    name: job.name,
    queue: job.queueName,
    tenant: data.tenant,
    attempt: job.attemptsMade + 1,
    start: job.attemptsStarted,
    payload,
    tags: [...(data.tags ?? [])],
    timeoutMs,
    deadline: new Date(deadline).toISOString(),
    leaseExpiresAt: new Date(expiresAt).toISOString(),
    heartbeatMs: heartbeatMsOf(leaseMs),
    quarantine,
    idempotencyKey: id,
    children: data.flow?.children?.length ?? 0,
    traceparent: trace?.traceparent ?? null,
    tracestate: trace?.tracestate ?? null,
  };
}

/** What a heartbeat says of one lease. */
type BeatView = Omit<z.output<typeof beatsView>['leases'][number], 'leaseToken'>;

export function toBeatView(beat: Beat): BeatView {
  if (beat.directive === 'lost') return { directive: beat.directive };
  const leaseExpiresAt = new Date(beat.expiresAt).toISOString();
  return beat.directive === 'cancel'
    ? { directive: beat.directive, reason: beat.reason, leaseExpiresAt }
    : { directive: beat.directive, leaseExpiresAt };
}

export function toSettledView(settledJob: Settled): z.output<typeof settled> {
  return { ...settledJob };
}
