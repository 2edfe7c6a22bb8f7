import { FinalError, RetryableError } from '@dts/jobs';

/** What nodemailer tells of a failure; see its `errors.d.ts`. */
interface MailError {
  readonly message: string;
  readonly code?: string;
  readonly responseCode?: number;
  /** Told by the server's reply: 5xx, but for 503, which is about the session and not about the mail. */
  readonly permanent?: boolean;
}

/** Without a reply, these are about the mail or the configuration; all others are about the connection. */
const FINAL_CODES = ['EENVELOPE', 'EMESSAGE', 'EMAXRECIPIENTS', 'EREQUIRETLS', 'EAUTH', 'ENOAUTH', 'ECONFIG', 'EFILEACCESS', 'EURLACCESS'];

/** What a mail that was not sent means for the job. */
export function smtpFailure(error: unknown): Error {
  const { message, code = '', responseCode, permanent } = error as MailError;
  if (responseCode === undefined) {
    if (FINAL_CODES.includes(code)) return new FinalError('smtp-rejected', `The mail cannot be sent: ${message}`);
    return new RetryableError('smtp-unavailable', `The SMTP server cannot be reached: ${message}`);
  }
  if (permanent) return new FinalError('smtp-rejected', `The SMTP server refuses the mail for good: ${message}`);
  return new RetryableError('smtp-deferred', `The SMTP server does not take the mail now: ${message}`);
}
