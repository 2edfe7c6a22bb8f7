import { z } from 'zod';
import { defineJob } from './define-job.js';

const line = z.string().regex(/^[^\r\n]*$/, 'must be one line');
const address = z.union([z.email(), z.strictObject({ name: line.max(256), address: z.email() })]);
const addresses = z.array(address).max(100);

/** Sends one e-mail over SMTP. */
export const emailSend = defineJob({
  name: 'email.send',
  queue: 'rate-limited',
  description: 'Sends an e-mail through the configured SMTP server. The Message-ID comes from the job id, so a repeat can be recognised.',
  payload: z
    .strictObject({
      from: address.optional().meta({ description: 'Sender; SMTP_FROM unless given' }),
      to: addresses.default([]),
      cc: addresses.default([]),
      bcc: addresses.default([]),
      replyTo: address.optional(),
      subject: line.max(998),
      // A mail may hold a link that lets its reader in.
      text: z.string().optional().meta({ secret: true }),
      html: z.string().optional().meta({ secret: true }),
      attachments: z
        .array(
          z.strictObject({
            filename: z
              .string()
              .min(1)
              .max(255)
              .regex(/^[^\r\n/\\]+$/, 'must be a plain file name'),
            url: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' }),
            contentType: z
              .string()
              .regex(/^[\w.+-]+\/[\w.+-]+$/, 'must be a media type')
              .optional(),
          }),
        )
        .max(20)
        .default([]),
    })
    .refine((mail) => mail.to.length + mail.cc.length + mail.bcc.length > 0, {
      path: ['to'],
      error: 'name at least one recipient in to, cc or bcc',
    })
    .refine((mail) => mail.text !== undefined || mail.html !== undefined, { path: ['text'], error: 'give text, html or both' }),
  result: z.strictObject({
    messageId: z.string(),
    accepted: z.array(z.string()),
    rejected: z.array(z.string()),
    response: z.string().meta({ description: "The SMTP server's last reply" }),
  }),
  attempts: 8,
  backoff: { type: 'exponential', delay: 5_000, maxDelay: 3_600_000 },
  timeout: 120_000,
  example: { to: ['ada@example.com'], subject: 'Your invoice', text: 'It is attached.' },
});
