import type { AuditEntry } from '@dts/queue';
import { z } from 'zod';
import { component } from '../http/components.js';
import { pageOf } from '../http/pages.js';

const EXAMPLE = {
  id: '1795583065904-0',
  at: '2026-11-25T05:04:25.904Z',
  keyId: 'ada',
  tenant: 'ops',
  action: 'queue.limit',
  target: 'io',
  details: { limits: { concurrency: 20, rate: null } },
  requestId: '9299d4d1-fc6b-466a-8d39-20f0949f6d52',
  outcome: 'done',
};

/** What an operator changed, or tried to. */
export const auditView = component(
  'AuditEntry',
  z
    .object({
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
    })
    .meta({ examples: [EXAMPLE] }),
);

export const auditList = pageOf('AuditLog', auditView);

export function toAuditView({ id, at, ...entry }: AuditEntry): z.output<typeof auditView> {
  return { id, at: new Date(at).toISOString(), ...entry };
}
