import { type Dispatcher, request } from 'undici';
import type { ToldNode } from './flow-submission.js';

/** What one try of a submission came to. */
export type Answer =
  | { readonly kind: 'acknowledged'; readonly id: string; readonly status: number; readonly root?: ToldNode }
  /** Certainly not stored. */
  | { readonly kind: 'refused'; readonly reason: string; readonly status?: number }
  /** May be stored. `status` is absent where no answer came. */
  | { readonly kind: 'unknown'; readonly reason: string; readonly status?: number };

export interface Target {
  readonly url: string;
  readonly apiKey: string;
  readonly dispatcher: Dispatcher;
}

export interface Try {
  /** Sent as the idempotency key. */
  readonly key: string;
  /** JSON. */
  readonly body: string;
  readonly isFlow: boolean;
}

interface Told {
  readonly id?: unknown;
  /** Of a flow. */
  readonly root?: ToldNode;
  readonly code?: unknown;
}

interface BatchItem {
  readonly status: number;
  readonly job?: Told;
  readonly problem?: Told;
}

/** The connection never came about, so nothing was sent. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT']);

/** Submits once, as any HTTP client would: the product's own SDK must not stand between it and its proof. */
export async function submitOnce(target: Target, { key, body, isFlow }: Try): Promise<Answer> {
  try {
    const { status, told } = await post(target, isFlow ? '/v1/flows' : '/v1/jobs', body, { 'idempotency-key': key });
    return toAnswer(status, told as Told);
  } catch (error) {
    return toFailure(error);
  }
}

/** @returns an answer to each, in order; when the batch itself was not taken, all have the same */
export async function submitBatch(target: Target, tries: readonly Try[]): Promise<readonly Answer[]> {
  const items = tries.map(({ key, body }) => `${body.slice(0, -1)},"idempotencyKey":${JSON.stringify(key)}}`);
  try {
    const { status, told } = await post(target, '/v1/jobs:batch', `{"jobs":[${items.join()}]}`);
    if (status !== 200) return tries.map(() => toAnswer(status, told as Told));
    const { results } = told as { results: readonly BatchItem[] };
    return results.map(({ status: itemStatus, job, problem }) => toAnswer(itemStatus, job ?? problem ?? {}));
  } catch (error) {
    return tries.map(() => toFailure(error));
  }
}

async function post(
  { url, apiKey, dispatcher }: Target,
  path: string,
  body: string,
  extra = {},
): Promise<{ status: number; told: unknown }> {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', ...extra };
  const response = await request(url + path, { method: 'POST', headers, body, dispatcher });
  return { status: response.statusCode, told: await response.body.json() };
}

function toAnswer(status: number, { id, code, root }: Told): Answer {
  if ((status === 200 || status === 201) && typeof id === 'string') return { kind: 'acknowledged', id, status, root };
  const reason = `${status} ${String(code)}`;
  const isRefused = code === 'unavailable' || (status >= 400 && status < 500);
  return { kind: isRefused ? 'refused' : 'unknown', reason, status };
}

function toFailure(error: unknown): Answer {
  const reason = (error as NodeJS.ErrnoException).code ?? String(error);
  return { kind: NEVER_SENT.has(reason) ? 'refused' : 'unknown', reason };
}
