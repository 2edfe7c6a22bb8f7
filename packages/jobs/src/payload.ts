import type { z } from 'zod';
import type { JobDefinition } from './define-job.js';
import { FinalError } from './errors.js';
import { findJobDefinition, JOB_NAMES } from './registry.js';
import { readThrown } from './thrown.js';

/** 256 KiB: what does not fit belongs in an object store, with its URL in the result. */
const MAX_RESULT_BYTES = 256 * 1024;

/** @throws FinalError `unknown-job`: never "completed" for something that did not run */
export function definitionOf(name: string): JobDefinition {
  const definition = findJobDefinition(name);
  if (definition) return definition;
  throw new FinalError('unknown-job', `This worker knows no job type ${JSON.stringify(name)}; it knows ${JOB_NAMES.join(', ')}.`);
}

/** @throws FinalError `invalid-payload`: a job that was queued under another schema cannot come to fit by trying again */
export function parsePayload(definition: JobDefinition, payload: unknown): unknown {
  const parsed = definition.payload.safeParse(payload);
  if (parsed.success) return parsed.data;
  throw new FinalError('invalid-payload', `The payload does not fit ${definition.name}: ${describe(parsed.error)}`);
}

/** @throws FinalError `invalid-result`, `result-too-large`: the work is done, but its result cannot be kept */
export function checkResult(definition: JobDefinition, result: unknown): unknown {
  const parsed = definition.result.safeParse(result);
  if (!parsed.success) throw new FinalError('invalid-result', `The result does not fit ${definition.name}: ${describe(parsed.error)}`);
  const bytes = Buffer.byteLength(toJson(parsed.data));
  if (bytes > MAX_RESULT_BYTES) throw new FinalError('result-too-large', `The result has ${bytes} bytes; ${MAX_RESULT_BYTES} are allowed.`);
  return parsed.data;
}

/** @throws FinalError `invalid-result`: it has members that JSON cannot carry */
function toJson(result: unknown): string {
  try {
    return JSON.stringify(result) ?? '';
  } catch (error) {
    throw new FinalError('invalid-result', `The result cannot be kept as JSON: ${readThrown(error).message}`);
  }
}

function describe(error: z.ZodError): string {
  return error.issues.map((issue) => `/${issue.path.join('/')} ${issue.message}`).join('; ');
}
