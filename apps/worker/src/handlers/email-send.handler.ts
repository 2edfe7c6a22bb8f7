import { domainToASCII } from 'node:url';
import type { PayloadOf } from '@dts/jobs';
import { FinalError } from '@dts/jobs';
import type { SendMailOptions } from 'nodemailer';
import { download } from '../outbound/download.js';
import type { OutboundClient } from '../outbound/outbound-client.js';
import type { Handler } from '../processing/handler.js';
import type { Mailer } from './mailer.js';

type Email = PayloadOf<'email.send'>;
type Sender = NonNullable<Email['from']>;
type Attachments = NonNullable<SendMailOptions['attachments']>;

export interface EmailOptions {
  /** The sender of mail that names none. */
  readonly defaultFrom: string | undefined;
  /** Bytes of one attachment. */
  readonly maxAttachmentBytes: number;
  /** Bytes of all attachments of a mail. */
  readonly maxAttachmentsBytes: number;
}

/** Sends one e-mail. Its Message-ID comes from the job's id, so a receiver recognises a repetition. */
export function createEmailSend(mailer: Mailer, outbound: OutboundClient, options: EmailOptions): Handler<'email.send'> {
  return async (email, { jobId, signal }) => {
    mailer.requireUrl(); // before anything is fetched, or said about a sender
    const from = email.from ?? options.defaultFrom;
    if (from === undefined) throw new FinalError('sender-missing', 'The mail names no sender and this worker has no SMTP_FROM.');
    const messageId = `<${jobId}@${domainOf(from)}>`;
    const attachments = await fetchAttachments(email.attachments, outbound, options, signal);
    const { to, cc, bcc, replyTo, subject, text, html } = email;
    const sent = await mailer.send({ messageId, from, to, cc, bcc, replyTo, subject, text, html, attachments }, signal);
    return { messageId, ...sent };
  };
}

function domainOf(sender: Sender): string {
  const address = typeof sender === 'string' ? sender : sender.address;
  return domainToASCII(address.slice(address.lastIndexOf('@') + 1).replace('>', ''));
}

/** One after the other: together they would take many times the bytes that are allowed before it shows. */
async function fetchAttachments(
  wanted: Email['attachments'],
  outbound: OutboundClient,
  { maxAttachmentBytes, maxAttachmentsBytes }: EmailOptions,
  signal: AbortSignal,
): Promise<Attachments> {
  const attachments: Attachments = [];
  let left = maxAttachmentsBytes;
  for (const { url, filename, contentType } of wanted) {
    const content = await download(outbound, { url, maxBytes: Math.min(maxAttachmentBytes, left), signal });
    left -= content.length;
    attachments.push({ filename, contentType, content });
  }
  return attachments;
}
