import { QueueError } from '@dts/queue';
import { HttpException } from '@nestjs/common';
import { Problem, toPointer } from './problem.js';
import type { ProblemCode } from './problem-catalogue.js';

/** Fastify's own refusals, by its error codes and, for Nest's, by status. */
const BY_CODE: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'bad-request',
  FST_ERR_BAD_URL: 'bad-request',
};

const BY_STATUS: Readonly<Record<number, ProblemCode>> = {
  400: 'bad-request',
  // Of who serves files, for a path that leads out of them.
  403: 'not-found',
  404: 'not-found',
  413: 'payload-too-large',
  415: 'unsupported-media-type',
};

const DETAILS: Partial<Readonly<Record<ProblemCode, string>>> = {
  'payload-too-large': 'A payload may have 256 KiB: store the data and submit its URL. A batch or a flow may have 8 MiB in all.',
  'unsupported-media-type': 'Send the body as application/json, with that Content-Type.',
};

/** Names what went wrong; undefined for what should not have happened and must be looked into. */
export function toProblem(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof QueueError) return fromQueueError(error);
  if (!(error instanceof Error)) return undefined;
  const { code, statusCode } = error as Error & { code?: unknown; statusCode?: unknown };
  const status = error instanceof HttpException ? error.getStatus() : statusCode;
  const found = BY_CODE[String(code)] ?? BY_STATUS[Number(status)];
  return found && new Problem(found, DETAILS[found] ?? error.message);
}

function fromQueueError(error: QueueError): Problem {
  if (error.code === 'invalid-payload' || error.code === 'invalid-schedule' || error.code === 'invalid-flow') {
    const root = error.code === 'invalid-payload' ? '/payload' : '';
    const errors = error.issues.map((issue) => ({ pointer: toPointer(issue.path, root), detail: issue.message }));
    return new Problem('invalid-request', error.message, { errors });
  }
  const again = error.code === 'outcome-unknown' ? howToRepeat(error) : '';
  return new Problem(error.code, error.message + again, error.jobId === undefined ? {} : { jobId: error.jobId });
}

function howToRepeat({ jobId }: QueueError): string {
  return jobId === undefined ? ' Repeat the request.' : ' Repeat the request with the same Idempotency-Key: that is safe.';
}
