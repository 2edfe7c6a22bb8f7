import { OutboundClient } from '../outbound/outbound-client.js';
import { OutboundPolicy } from '../outbound/policy.js';
import type { Handlers } from '../processing/handler.js';
import { createEmailSend } from './email-send.handler.js';
import type { HandlerEnv } from './env.js';
import { createHttpRequest } from './http-request.handler.js';
import { createImageThumbnail } from './image-thumbnail.handler.js';
import { Mailer } from './mailer.js';
import { signingKey } from './webhook-signature.js';

/** Every job type's handler. Nothing is opened and nothing heavy is loaded before a job needs it. */
export function createHandlers(env: HandlerEnv): Handlers {
  const policy = new OutboundPolicy({ allow: env.OUTBOUND_ALLOW, deny: env.OUTBOUND_DENY, allowLoopback: env.OUTBOUND_ALLOW_LOOPBACK });
  const outbound = new OutboundClient(policy);
  const key = env.SIGNING_KEY === undefined ? undefined : signingKey(env.SIGNING_KEY);
  return {
    'http.request': createHttpRequest(outbound, key),
    'email.send': createEmailSend(new Mailer(env.SMTP_URL), outbound, {
      defaultFrom: env.SMTP_FROM,
      maxAttachmentBytes: env.EMAIL_ATTACHMENT_MAX_BYTES,
      maxAttachmentsBytes: env.EMAIL_ATTACHMENTS_MAX_BYTES,
    }),
    'image.thumbnail': createImageThumbnail(outbound, { maxBytes: env.THUMBNAIL_MAX_BYTES, maxPixels: env.THUMBNAIL_MAX_PIXELS }),
  } satisfies Handlers;
}
