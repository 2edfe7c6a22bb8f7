import { FinalError } from '@dts/jobs';
import type { SendMailOptions, SentMessageInfo, Transporter } from 'nodemailer';
import { smtpFailure } from './smtp-failure.js';

export interface SentMail {
  readonly accepted: string[];
  readonly rejected: string[];
  /** The server's last reply. */
  readonly response: string;
}

/** How the pool talks to a server, in milliseconds where it is time; parameters of the URL win. */
const POOL = {
  pool: true,
  maxConnections: 10,
  connectionTimeout: 30_000,
  greetingTimeout: 30_000,
  socketTimeout: 60_000,
  // The job has attempts of its own; one more is for a pooled connection that the server had closed meanwhile.
  maxRequeues: 1,
  // Attachments are fetched under the outbound policy; whatever else looks like a path or a URL is not followed.
  disableFileAccess: true,
  disableUrlAccess: true,
} as const;

/** Sends mail over pooled connections, which are opened when the first mail is sent. */
export class Mailer {
  private transport?: Promise<Transporter<SentMessageInfo>>;

  constructor(private readonly url: string | undefined) {}

  /**
   * @throws FinalError `smtp-not-configured`, `smtp-rejected`
   * @throws RetryableError `smtp-deferred`, `smtp-unavailable`
   * @throws the signal's reason when it aborts, whether or not the mail was sent
   */
  async send(mail: SendMailOptions, signal: AbortSignal): Promise<SentMail> {
    const transport = await this.connect();
    signal.throwIfAborted();
    try {
      const { accepted = [], rejected = [], response = '' } = await transport.sendMail({ ...mail, signal });
      return { accepted: accepted.map(String), rejected: rejected.map(String), response };
    } catch (error) {
      signal.throwIfAborted();
      throw smtpFailure(error);
    }
  }

  /**
   * Where mail goes.
   * @throws FinalError `smtp-not-configured`
   */
  requireUrl(): string {
    if (this.url !== undefined) return this.url;
    throw new FinalError('smtp-not-configured', 'This worker has no SMTP server: set SMTP_URL and redrive the job.');
  }

  async close(): Promise<void> {
    (await this.transport)?.close();
  }

  private connect(): Promise<Transporter<SentMessageInfo>> {
    this.transport ??= open(this.requireUrl());
    return this.transport;
  }
}

async function open(url: string): Promise<Transporter<SentMessageInfo>> {
  const { createTransport } = await import('nodemailer');
  return createTransport({ ...POOL, url });
}
