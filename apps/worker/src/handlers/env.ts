import { envBoolean, envList } from '@dts/runtime';
import { z } from 'zod';
import { parseRule } from '../outbound/rule.js';
import { signingKey } from './webhook-signature.js';

const MIB = 1024 * 1024;

/** Entries as they were written: a worker thread gets a copy of the environment, and rules cannot be copied. */
const destinations = envList.superRefine((entries, context) => {
  for (const entry of entries) report(context, () => parseRule(entry));
});

const bytes = z.coerce.number().int().min(1);

/** What handlers read of the environment. */
export const handlerEnvShape = {
  /** Hosts (`api.example.com`, `*.example.com`), addresses and CIDR blocks that jobs may call; everything unless given. */
  OUTBOUND_ALLOW: destinations.default([]),
  /** The same for what they may not call; wins over OUTBOUND_ALLOW. */
  OUTBOUND_DENY: destinations.default([]),
  /** Whether jobs may call this machine itself; for the one-machine stack. */
  OUTBOUND_ALLOW_LOOPBACK: envBoolean.default(false),
  /** Signs `http.request`: `whsec_` and base64, or any text. Requests are not signed unless given. */
  SIGNING_KEY: z
    .string()
    .superRefine((text, context) => report(context, () => signingKey(text)))
    .optional(),
  /** `smtp://user:password@host:587`, or `smtps://`; `email.send` fails at once unless given. */
  SMTP_URL: z.string().refine(isSmtpUrl, 'give an smtp:// or smtps:// URL').optional(),
  /** The sender of mail that names none: `billing@example.com` or `Billing <billing@example.com>`. */
  SMTP_FROM: z
    .string()
    .refine(isMailbox, 'give an e-mail address, such as billing@example.com or Billing <billing@example.com>')
    .optional(),
  /** Bytes of one attachment; 10 MiB unless given. */
  EMAIL_ATTACHMENT_MAX_BYTES: bytes.default(10 * MIB),
  /** Bytes of all attachments of a mail; 25 MiB unless given. */
  EMAIL_ATTACHMENTS_MAX_BYTES: bytes.default(25 * MIB),
  /** Bytes of a source image; 50 MiB unless given. */
  THUMBNAIL_MAX_BYTES: bytes.default(50 * MIB),
  /** Pixels of a source image, which is what its memory costs whatever its bytes; 100 megapixels unless given. */
  THUMBNAIL_MAX_PIXELS: z.coerce.number().int().min(1).default(100_000_000),
} as const;

const handlerEnv = z.object(handlerEnvShape);
export type HandlerEnv = z.output<typeof handlerEnv>;

function report(context: z.RefinementCtx, parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
  }
}

function isSmtpUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && ['smtp:', 'smtps:'].includes(url.protocol) && url.hostname !== '';
}

function isMailbox(text: string): boolean {
  const address = /^[^<>@,;\r\n]*<([^<>]+)>$/.exec(text)?.[1] ?? text;
  return z.email().safeParse(address).success;
}
