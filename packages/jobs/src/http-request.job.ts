import { z } from 'zod';
import { defineJob } from './define-job.js';

/** Headers that say how a message travels (RFC 9110, section 7.6.1): the worker's connection sets them. */
const OF_THE_CONNECTION = [
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

const headerName = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'not a header name (RFC 9110 token)')
  .refine((name) => !OF_THE_CONNECTION.includes(name.toLowerCase()), 'is set by the connection and cannot be chosen');
const headerValue = z
  .string()
  .max(8192)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'must not contain control characters, nor any beyond Latin-1');

/** Calls another service over HTTP. */
export const httpRequest = defineJob({
  name: 'http.request',
  queue: 'io',
  description: 'Calls another service: a webhook, an internal endpoint. Retries 408, 425, 429 and 5xx, honouring Retry-After.',
  payload: z
    .strictObject({
      method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']).default('POST'),
      url: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' }).max(8192),
      headers: z.record(headerName, headerValue).default({}).meta({
        description: 'Wins over what is sent by itself: Content-Type, User-Agent, Idempotency-Key and the webhook-* signature',
      }),
      json: z.json().optional().meta({ description: 'A JSON body; excludes `text`' }),
      text: z.string().optional().meta({ description: 'A text body; excludes `json`' }),
      timeout: z.int().min(1).max(600_000).default(30_000).meta({ description: 'Milliseconds for the whole exchange, redirects included' }),
      expectedStatuses: z
        .array(z.int().min(200).max(599))
        .min(1)
        .max(50)
        .optional()
        .meta({ description: 'Statuses that count as success; 200–299 unless given' }),
      maxRedirects: z.int().min(0).max(10).default(5).meta({
        description:
          'Redirects to follow; another origin is told neither credentials nor headers of your own. With 0 a redirect is the answer',
      }),
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
