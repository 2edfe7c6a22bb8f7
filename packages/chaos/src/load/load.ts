import { setTimeout as delay } from 'node:timers/promises';
import { Agent } from 'undici';
import type { Ledger } from '../ledger/ledger.js';
import { Random } from '../random.js';
import type { Timeline } from '../timeline/timeline.js';
import { Pace } from './pace.js';
import { type Mix, makeSubmission, type Submission } from './submission.js';
import { type Answer, submitOnce } from './submit.js';

/** Milliseconds: longer than any answer that the gateway promises. */
const ANSWER_TIMEOUT_MS = 10_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 500;

export interface LoadOptions {
  /** The gateways to submit to, as they are now. */
  readonly targets: () => readonly string[];
  readonly apiKey: string;
  readonly ledger: Ledger;
  readonly timeline: Timeline;
  /** What a submission is like follows from this and its key alone, whatever the timing. */
  readonly seed: number;
  /** Begins every key of this load. */
  readonly name: string;
  readonly urlOf: (key: string) => string;
  readonly mix: Mix;
  readonly clients: number;
  /** Submissions in all clients together. */
  readonly perSecond: number;
  /** Stops by itself after this many; goes on until `finish` unless given. */
  readonly total?: number;
  /** Of 100 submissions that are certainly not stored, so many are left at that; 0 unless given. */
  readonly believed?: number;
  /** Whether a repetition carries the first try's key, as it should. A control says no. */
  readonly repeatsWithSameKey: boolean;
}

export interface Acknowledged {
  readonly id: string;
  /** Unix milliseconds. */
  readonly at: number;
  /** Milliseconds that the job was to wait. */
  readonly delay: number;
}

/** Many concurrent callers. Each repeats a submission until it is acknowledged, and writes down what it was told. */
export class Load {
  readonly acknowledged = new Map<string, Acknowledged>();
  /** How often each answer came that was no acknowledgement. */
  readonly troubles = new Map<string, number>();
  /** Milliseconds of the slowest answer that was no acknowledgement. */
  slowestTrouble = 0;
  /** Whoever waits for the next acknowledgement. */
  private listeners: (() => void)[] = [];
  private submitted = 0;
  private finished = false;
  private giveUpAt = Number.POSITIVE_INFINITY;
  private readonly pace: Pace;
  private readonly agent: Agent;
  private readonly running: Promise<unknown>;

  constructor(private readonly options: LoadOptions) {
    this.pace = new Pace(options.perSecond);
    const connections = options.clients;
    this.agent = new Agent({ connections, headersTimeout: ANSWER_TIMEOUT_MS, bodyTimeout: ANSWER_TIMEOUT_MS, connectTimeout: 1_000 });
    this.running = Promise.all(Array.from({ length: options.clients }, () => this.runClient()));
    this.running.catch(() => {}); // told to whoever waits for the end
  }

  /** Submits nothing new; what is under way is repeated until it is answered, for `patienceMs` at most. */
  async finish(patienceMs: number): Promise<void> {
    this.finished = true;
    this.giveUpAt = performance.now() + patienceMs;
    await this.done();
  }

  /** Resolves once `total` submissions are answered. */
  async done(): Promise<void> {
    await this.running;
    await this.agent.destroy();
  }

  /** Resolves at the next acknowledgement. */
  nextAcknowledgement(): Promise<void> {
    return new Promise((resolve) => this.listeners.push(resolve));
  }

  private async runClient(): Promise<void> {
    const { name, urlOf, mix, seed, total = Number.POSITIVE_INFINITY } = this.options;
    for (;;) {
      await this.pace.turn();
      if (this.finished || this.submitted >= total) return;
      const key = `${name}-${++this.submitted}`;
      const random = Random.for(seed, key);
      await this.submit(makeSubmission(key, urlOf(key), mix, random), random);
    }
  }

  private async submit(submission: Submission, random: Random): Promise<void> {
    const { key } = submission;
    let isInDoubt = false;
    for (let tries = 1, pause = FIRST_PAUSE_MS; ; tries++, pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      const answer = await this.try(submission, tries);
      if (answer.kind === 'acknowledged') return;
      if (answer.kind === 'unknown') await this.record({ kind: 'unknown', key, reason: answer.reason });
      isInDoubt ||= answer.kind === 'unknown';
      if (!isInDoubt && this.isBelieved(answer, random)) return this.record({ kind: 'refused', key, reason: answer.reason });
      if (performance.now() + pause > this.giveUpAt) return this.record({ kind: 'abandoned', key, reason: answer.reason });
      await delay(pause);
    }
  }

  /** Only what the gateway itself says: a refused connection says nothing of it. */
  private isBelieved({ status }: Exclude<Answer, { kind: 'acknowledged' }>, random: Random): boolean {
    const { believed = 0 } = this.options;
    return status !== undefined && random.between(1, 100) <= believed;
  }

  private async try(submission: Submission, tries: number): Promise<Answer> {
    const { targets, apiKey, timeline, repeatsWithSameKey } = this.options;
    const urls = targets();
    const url = urls[(this.submitted + tries) % urls.length];
    if (url === undefined) return { kind: 'refused', reason: 'no gateway runs' };
    const key = repeatsWithSameKey || tries === 1 ? submission.key : `${submission.key}.${tries}`;
    const startedAt = performance.now();
    const answer = await submitOnce({ url, apiKey, key, body: submission.body, dispatcher: this.agent });
    const tookMs = performance.now() - startedAt;
    if (answer.kind === 'acknowledged') await this.acknowledge(submission, answer.id, tookMs);
    else {
      timeline.count(answer.kind);
      this.troubles.set(answer.reason, (this.troubles.get(answer.reason) ?? 0) + 1);
      this.slowestTrouble = Math.max(this.slowestTrouble, tookMs);
    }
    return answer;
  }

  /** Counts only once the ledger has it on disk. */
  private async acknowledge({ key, delay: delayMs }: Submission, id: string, tookMs: number): Promise<void> {
    const at = Date.now();
    await this.options.ledger.record({ kind: 'acknowledged', at, key, id });
    this.acknowledged.set(key, { id, at, delay: delayMs });
    this.options.timeline.acknowledged(tookMs);
    const listeners = this.listeners;
    this.listeners = [];
    for (const listener of listeners) listener();
  }

  private record(entry: { kind: 'unknown' | 'refused' | 'abandoned'; key: string; reason: string }): Promise<void> {
    return this.options.ledger.record({ ...entry, at: Date.now() });
  }
}
