import { z } from 'zod';
import { defineJob } from './define-job.js';

const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** Renders a table. Handled elsewhere: `packages/worker-python` and `packages/worker-go` have an example each. */
export const reportRender = defineJob({
  name: 'report.render',
  queue: 'external',
  description: 'Renders rows as a document. No worker of this repository handles it: one in another language leases it.',
  payload: z.strictObject({
    title: z.string().min(1).max(200),
    columns: z.array(z.string().max(200)).max(100).default([]),
    rows: z.array(z.array(cell).max(100)).max(10_000).default([]),
    format: z.enum(['text', 'csv', 'html']).default('text'),
  }),
  result: z.strictObject({
    document: z.string().meta({ description: 'What was rendered' }),
    rows: z.int().min(0),
  }),
  attempts: 5,
  backoff: { type: 'exponential', delay: 1_000, maxDelay: 60_000 },
  timeout: 300_000,
  example: { title: 'Invoices', columns: ['number', 'amount'], rows: [['INV-1042', 19.9]], format: 'csv' },
});
