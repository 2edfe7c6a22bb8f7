import type { AuditEntry } from '@dts/queue';
import { z } from 'zod';
import { component } from '../http/components.js';
import { pageOf } from '../http/pages.js';

/** What an operator changed, or tried to. */
export const auditView = component(
  'AuditEntry',
  z.object({
    id: z.string(),
    at: z.iso.datetime(),
    keyId: z.string().meta({ description: 'Of the API key that was used' }),
    tenant: z.string().meta({ description: "The key's" }),
    action: z.string().meta({ description: 'Such as `queue.pause`, `job.cancel`, `dead-letters.redrive`, `board.retry`' }),
    target: z.string().meta({ description: 'What it was done to: a name or an id' }),
    details: z.record(z.string(), z.unknown()),
    requestId: z.string(),
    outcome: z.string().meta({
      description: '`done`, the code of the problem that it met, or `unknown`: it is being made, or its gateway has died meanwhile',
    }),
  }),
);

export const auditList = pageOf('AuditLog', auditView);

export function toAuditView({ at, ...entry }: AuditEntry): z.output<typeof auditView> {
  return { ...entry, at: new Date(at).toISOString() };
}
