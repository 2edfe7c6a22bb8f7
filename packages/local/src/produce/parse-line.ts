import { createHash } from 'node:crypto';
import type { SubmitOptions } from '@dts/client';
import { findJobDefinition, isJobName, JOB_NAMES, type JobName, type PayloadInputOf } from '@dts/jobs';
import { z } from 'zod';

const MAX_PAYLOAD_BYTES = 256 * 1_024;

/** Members only; what the options may be is the gateway's to say. */
const submission = z.strictObject({
  name: z.string(),
  payload: z.unknown().optional(),
  idempotencyKey: z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
    .optional(),
  delay: z.unknown().optional(),
  runAt: z.unknown().optional(),
  priority: z.unknown().optional(),
  attempts: z.unknown().optional(),
  backoff: z.unknown().optional(),
  timeout: z.unknown().optional(),
  startBy: z.unknown().optional(),
  tags: z.unknown().optional(),
  orderingKey: z.unknown().optional(),
});

export interface Submission {
  readonly name: JobName;
  readonly payload: PayloadInputOf<JobName>;
  readonly options: SubmitOptions;
}

/** A line that can't be submitted; its message says why. */
export class BadLine extends Error {
  override readonly name = 'BadLine';
}

/**
 * Reads one submission.
 * @throws BadLine
 */
export function parseLine(text: string): Submission {
  const { name, payload, ...options } = check(submission, parseJson(text));
  if (!isJobName(name)) throw new BadLine(`there is no job type "${name}"; there are ${JOB_NAMES.join(', ')}`);
  if (text.length > MAX_PAYLOAD_BYTES && Buffer.byteLength(JSON.stringify(payload)) > MAX_PAYLOAD_BYTES) {
    throw new BadLine(`the payload has more than ${MAX_PAYLOAD_BYTES} bytes: store the data and submit its URL`);
  }
  check(findJobDefinition(name)?.payload ?? z.never(), payload, ['payload']);
  // Checked above, where the compiler can't follow; the gateway answers for the options.
  return { name, payload: payload as PayloadInputOf<JobName>, options: options as SubmitOptions };
}

/**
 * The same line of the same file gives the same key, so a file can be submitted again, also after its bad lines were
 * mended or more were added at its end: what is in already is recognised.
 */
export function lineKey(fileName: string, number: number, text: string): string {
  return `file-${createHash('sha256').update(`${fileName}\0${number}\0${text}`).digest('base64url').slice(0, 32)}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BadLine(`not JSON: ${(error as Error).message}`);
  }
}

function check<Schema extends z.ZodType>(schema: Schema, value: unknown, root: readonly string[] = []): z.output<Schema> {
  const parsed = safeParse(schema, value);
  if (parsed.success) return parsed.data;
  const reasons = parsed.error.issues.map((issue) => {
    const path = [...root, ...issue.path].map((part) => `/${String(part)}`).join('');
    return path === '' ? issue.message : `${path}: ${issue.message}`;
  });
  throw new BadLine(reasons.join('; '));
}

function safeParse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.ZodSafeParseResult<z.output<Schema>> {
  try {
    return schema.safeParse(value);
  } catch (error) {
    if (error instanceof RangeError) throw new BadLine('it is nested too deeply');
    throw error;
  }
}
