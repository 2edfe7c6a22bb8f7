import { setTimeout as delay } from 'node:timers/promises';
import type { Receiver } from '@dts/testkit';

const BEAT_MS = 200;

/**
 * What the called service does with a job: answers, refuses for good, lets it wait until it is told to answer, or never answers the
 * first three times.
 */
export type Behaviour = 'good' | 'bad' | 'slow' | 'poison';

/** Starts under which a worker dies before the product puts the job into quarantine. */
export const POISONINGS = 3;

/** Callers that submit jobs, a few at a time, for as long as it runs. */
export class Load {
  private readonly stopping = new AbortController();
  private readonly held: (() => void)[] = [];
  private holds = true;
  /** How often a poisonous job has started. */
  poisonings = 0;
  private running?: Promise<void>;
  private mix: Partial<Record<Behaviour, number>> = {};

  constructor(
    private readonly url: string,
    private readonly apiKey: string,
    private readonly service: Receiver,
  ) {
    service.respond = ({ path }) => {
      if (path === '/bad') return { status: 400, body: {} };
      if (path === '/poison' && ++this.poisonings <= POISONINGS) return new Promise(() => {});
      if (path === '/slow' && this.holds) return new Promise((resolve) => this.held.push(() => resolve({ body: {} })));
      return { body: {} };
    };
  }

  /** From now on, so many jobs of each kind at every beat: five a second. */
  is(mix: Partial<Record<Behaviour, number>>): void {
    this.mix = mix;
    this.running ??= this.run();
  }

  /** @throws Error unless all of them are stored */
  async submit(behaviour: Behaviour, count: number): Promise<void> {
    const job = { name: 'http.request', payload: { url: `${this.service.url}/${behaviour}` } };
    const response = await fetch(`${this.url}/v1/jobs:batch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ jobs: Array(count).fill(job) }),
    });
    const { results } = (await response.json()) as { results: { status: number }[] };
    if (results.some(({ status }) => status !== 201)) throw new Error('a job was not stored');
  }

  /** Jobs that the service lets wait. */
  get waiting(): number {
    return this.held.length;
  }

  /** The service lets nothing wait any more. */
  answer(): void {
    this.holds = false;
    for (const answer of this.held.splice(0)) answer();
  }

  async stop(): Promise<void> {
    this.answer();
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const kinds = Object.entries(this.mix) as [Behaviour, number][];
      // What a gateway without Redis refuses is refused: callers like these come again.
      await Promise.all(kinds.map(([kind, count]) => this.submit(kind, count).catch(() => undefined)));
      await delay(BEAT_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }
}
