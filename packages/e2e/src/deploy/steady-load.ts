import { appendFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds between two looks at how many are due. */
const TICK_MS = 10;
const PATIENCE_MS = 10_000;

export interface LoadOptions {
  readonly url: string;
  readonly apiKey: string;
  readonly perSecond: number;
  /** Begins every key. */
  readonly name: string;
  /** What the job with this key calls. */
  readonly urlOf: (key: string) => string;
  /** Members of the payload beside those that every version knows. */
  readonly extra?: Readonly<Record<string, string>>;
  /** Takes a line for each acknowledgement, as the auditor of packages/chaos reads it. */
  readonly ledger: string;
}

/** So many submissions a second whatever becomes of those before. None is repeated: what fails has failed. */
export class SteadyLoad {
  /** Unix milliseconds at which each key was acknowledged. */
  readonly acknowledged = new Map<string, number>();
  /** Why the others failed. */
  readonly failures: string[] = [];
  count = 0;
  private readonly ended = new AbortController();
  private readonly running: Promise<void>;
  private readonly asking = new Set<Promise<void>>();

  constructor(private readonly options: LoadOptions) {
    this.running = this.run();
  }

  async finish(): Promise<void> {
    this.ended.abort();
    await this.running;
    await Promise.all(this.asking);
  }

  private async run(): Promise<void> {
    const startedAt = performance.now();
    while (!this.ended.signal.aborted) {
      const due = ((performance.now() - startedAt) * this.options.perSecond) / 1_000;
      while (this.count < due) this.begin(`${this.options.name}-${this.count++}`);
      await delay(TICK_MS);
    }
  }

  private begin(key: string): void {
    const asked = this.submit(key).catch((error: Error) => void this.failures.push(`${key}: ${String(error.cause ?? error)}`));
    this.asking.add(asked);
    void asked.finally(() => this.asking.delete(asked));
  }

  private async submit(key: string): Promise<void> {
    const { url, apiKey, urlOf, extra, ledger } = this.options;
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', 'idempotency-key': key };
    const body = JSON.stringify({ name: 'http.request', payload: { method: 'GET', url: urlOf(key), ...extra } });
    const response = await fetch(`${url}/v1/jobs`, { method: 'POST', headers, body, signal: AbortSignal.timeout(PATIENCE_MS) });
    const told = await response.text();
    if (response.status !== 201) throw new Error(`${response.status} ${told.slice(0, 200)}`);
    this.acknowledged.set(key, Date.now());
    const { id } = JSON.parse(told) as { id: string };
    await appendFile(ledger, `${JSON.stringify({ kind: 'acknowledged', at: Date.now(), key, id })}\n`);
  }
}
