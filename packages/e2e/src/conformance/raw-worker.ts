// A worker that speaks to the gateway with nothing but HTTP: what the wire asks for, without an SDK. Run by Node as it is.
import { setTimeout as delay } from 'node:timers/promises';

interface Lease {
  readonly leaseToken: string;
  readonly jobId: string;
  readonly attempt: number;
  readonly start: number;
  readonly heartbeatMs: number;
  readonly deadline: string;
  readonly quarantine: boolean;
  readonly payload: { readonly title: string; readonly columns: readonly string[] };
}

interface Held {
  readonly lease: Lease;
  readonly controller: AbortController;
}

const { DTS_URL = '', DTS_API_KEY = '', DTS_WORKER_ID = `raw:${process.pid}`, DTS_SLOTS = '4', DTS_GRACE = '10' } = process.env;
const QUEUES = ['external'];
const slots = Number(DTS_SLOTS);
const held = new Map<string, Held>();
const stopping = new AbortController();
let drained = false;

const me = () => ({ id: DTS_WORKER_ID, slots, busy: held.size, host: 'raw', pid: process.pid, version: 'raw/1' });

interface Answer {
  readonly status: number;
  readonly body: {
    readonly directive?: string;
    readonly leases?: readonly (Lease & { readonly directive: string; readonly reason?: string })[];
  };
}

/** Until the gateway answers; what it cannot do now it is asked again. */
async function call(path: string, body: unknown = {}, signal?: AbortSignal): Promise<Answer> {
  for (let waitMs = 50; ; waitMs = Math.min(2 * waitMs, 1_000)) {
    try {
      const headers = { authorization: `Bearer ${DTS_API_KEY}`, 'content-type': 'application/json' };
      const response = await fetch(`${DTS_URL}/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body), signal });
      if (response.status < 500 && response.status !== 429)
        return { status: response.status, body: (await response.json()) as Answer['body'] };
    } catch {
      if (signal?.aborted) return { status: 0, body: {} };
    }
    await delay(waitMs);
  }
}

async function take(): Promise<void> {
  while (!stopping.signal.aborted) {
    const alone = [...held.values()].some(({ lease }) => lease.quarantine);
    if (held.size >= slots || alone || drained) await delay(20);
    else {
      const asked = { queues: QUEUES, max: slots - held.size, wait: 5, worker: me() };
      const { status, body } = await call('leases', asked, stopping.signal);
      drained = body.directive === 'drain';
      for (const lease of status === 200 ? (body.leases ?? []) : []) void run(lease);
    }
  }
}

async function run(lease: Lease): Promise<void> {
  const controller = new AbortController();
  held.set(lease.leaseToken, { lease, controller });
  const timer = setTimeout(() => controller.abort('timeout'), Date.parse(lease.deadline) - Date.now());
  const on = (verb: string, body: unknown) => call(`leases/${lease.leaseToken}:${verb}`, body);
  try {
    const result = await handle(lease, controller.signal, on);
    await on('complete', { result });
  } catch (error) {
    const { reason } = controller.signal;
    if (reason === 'shutdown') await on('release', {});
    else if (reason !== 'lost') await on('fail', failureOf(error));
  } finally {
    clearTimeout(timer);
    held.delete(lease.leaseToken);
  }
}

function failureOf(error: unknown): object {
  const { message, code, final, retryAfterMs } = error as { message: string; code?: string; final?: boolean; retryAfterMs?: number };
  return {
    error: { message, ...(typeof code === 'string' && { code }) },
    retryable: !final,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

type On = (verb: string, body: unknown) => Promise<unknown>;

/** What the job's title says: the conformance suite's behaviours. */
async function handle({ jobId, attempt, start, payload }: Lease, signal: AbortSignal, on: On): Promise<unknown> {
  const [url = ''] = payload.columns;
  switch (payload.title) {
    case 'hold':
      return hold(`${url}/hold?job=${jobId}&start=${start}`, `${url}/stopped?job=${jobId}`, signal);
    case 'call':
      return { document: await (await fetch(url, { headers: { 'idempotency-key': jobId }, signal })).text(), rows: 0 };
    case 'progress':
      await on('progress', { progress: { done: 1 } });
      await on('log', { lines: ['half way'] });
      break;
    case 'retry':
      if (attempt === 1) throw Object.assign(new Error('come back'), { code: 'busy', retryAfterMs: 1 });
      break;
    case 'final':
      throw Object.assign(new Error('never'), { code: 'broken', final: true });
    case 'throw':
      throw new Error('oops');
    case 'bad-result':
      return { nonsense: true };
    case 'crash':
      process.exit(9);
  }
  return { document: payload.title, rows: 0 };
}

async function hold(url: string, stopped: string, signal: AbortSignal): Promise<unknown> {
  try {
    const response = await fetch(url, { signal });
    return { document: await response.text(), rows: 0 };
  } catch (error) {
    if (signal.aborted) await fetch(`${stopped}&reason=${signal.reason}`);
    throw error instanceof Error ? error : new Error(String(error));
  }
}

async function beat(): Promise<void> {
  for (;;) {
    await delay(Math.min(500, ...[...held.values()].map(({ lease }) => lease.heartbeatMs)));
    const leaseTokens = [...held.keys()];
    const { body } = await call('leases:heartbeat', { worker: me(), queues: QUEUES, leaseTokens });
    drained = body.directive === 'drain';
    for (const { leaseToken, directive, reason } of body.leases ?? []) {
      if (directive === 'cancel') held.get(leaseToken)?.controller.abort(reason);
      if (directive === 'lost') held.get(leaseToken)?.controller.abort('lost');
    }
  }
}

process.once('SIGTERM', async () => {
  stopping.abort();
  const until = Date.now() + Number(DTS_GRACE) * 1_000;
  while (held.size > 0 && Date.now() < until) await delay(20);
  for (const { controller } of held.values()) controller.abort('shutdown');
  while (held.size > 0) await delay(20);
  process.exit(0);
});

void beat();
void take();
