import { z } from 'zod';
import { defineJob } from './define-job.js';

const headerName = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'not a header name (RFC 9110 token)');
const headerValue = z
  .string()
  .max(8192)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'must not contain control characters');

/** Calls another service over HTTP. */
export const httpRequest = defineJob({
  name: 'http.request',
  queue: 'io',
  description: 'Calls another service: a webhook, an internal endpoint. Retries 408, 425, 429 and 5xx, honouring Retry-After.',
  payload: z
    .strictObject({
      method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']).default('POST'),
      url: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' }).max(8192),
      headers: z.record(headerName, headerValue).default({}),
      json: z.json().optional().meta({ description: 'A JSON body; excludes `text`' }),
      text: z.string().optional().meta({ description: 'A text body; excludes `json`' }),
      timeout: z.int().min(1).max(600_000).default(30_000).meta({ description: 'Milliseconds for the whole exchange, redirects included' }),
      expectedStatuses: z
        .array(z.int().min(200).max(599))
        .min(1)
        .max(50)
        .optional()
        .meta({ description: 'Statuses that count as success; 200–299 unless given' }),
      maxRedirects: z.int().min(0).max(10).default(5),
    })
    .refine((payload) => payload.json === undefined || payload.text === undefined, {
      path: ['text'],
      error: 'give either json or text, not both',
    })
    .refine((payload) => !(['GET', 'HEAD'].includes(payload.method) && (payload.json !== undefined || payload.text !== undefined)), {
      path: ['method'],
      error: 'GET and HEAD carry no body',
    }),
  result: z.strictObject({
    status: z.int(),
    headers: z.record(z.string(), z.string()),
    body: z.string().meta({ description: 'The first 16 KiB of the response, decoded as UTF-8' }),
    truncated: z.boolean(),
    durationMs: z.number(),
  }),
  attempts: 8,
  backoff: { type: 'exponential', delay: 1_000, maxDelay: 600_000 },
  timeout: 630_000,
  example: { method: 'POST', url: 'https://billing.internal/hooks/invoice', json: { invoice: 'INV-1042' } },
});
