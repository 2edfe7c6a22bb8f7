import { type Dispatcher, request } from 'undici';

/** What one try of a submission came to. */
export type Answer =
  | { readonly kind: 'acknowledged'; readonly id: string; readonly status: number }
  /** Certainly not stored. */
  | { readonly kind: 'refused'; readonly reason: string; readonly status?: number }
  /** May be stored. `status` is absent where no answer came. */
  | { readonly kind: 'unknown'; readonly reason: string; readonly status?: number };

export interface Try {
  readonly url: string;
  readonly apiKey: string;
  /** Sent as Idempotency-Key. */
  readonly key: string;
  readonly body: string;
  readonly dispatcher: Dispatcher;
}

/** The connection never came about, so nothing was sent. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT']);

/** Submits once, as any HTTP client would: the product's own SDK must not stand between it and its proof. */
export async function submitOnce({ url, apiKey, key, body, dispatcher }: Try): Promise<Answer> {
  try {
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', 'idempotency-key': key };
    const response = await request(`${url}/v1/jobs`, { method: 'POST', headers, body, dispatcher });
    return toAnswer(response.statusCode, (await response.body.json()) as { id?: unknown; code?: unknown });
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    return { kind: NEVER_SENT.has(reason) ? 'refused' : 'unknown', reason };
  }
}

function toAnswer(status: number, { id, code }: { id?: unknown; code?: unknown }): Answer {
  if ((status === 200 || status === 201) && typeof id === 'string') return { kind: 'acknowledged', id, status };
  const reason = `${status} ${String(code)}`;
  const isRefused = code === 'unavailable' || (status >= 400 && status < 500);
  return { kind: isRefused ? 'refused' : 'unknown', reason, status };
}
