import { setTimeout as delay } from 'node:timers/promises';
import { Agent } from 'undici';
import type { Ledger } from '../ledger/ledger.js';
import { Random } from '../random.js';
import type { Timeline } from '../timeline/timeline.js';
import { idsOf } from './flow-submission.js';
import { Pace } from './pace.js';
import { type Mix, makeSubmission, type Submission } from './submission.js';
import { type Answer, submitBatch, submitOnce } from './submit.js';

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
  /** As many a second whatever the answers, as far as there are clients that wait for none; else a slow service is asked less. */
  readonly isOpen?: boolean;
  /** Stops by itself after this many; goes on until `finish` unless given. */
  readonly total?: number;
  /** Of 100 submissions that are certainly not stored, so many are left at that; 0 unless given. */
  readonly believed?: number;
  /** Submissions in one request, 1 unless given: more are sent as a batch. */
  readonly batch?: number;
  /** Whether a repetition carries the first try's key, as it should. A control says no. */
  readonly repeatsWithSameKey: boolean;
}

type AcknowledgedAnswer = Extract<Answer, { kind: 'acknowledged' }>;

interface Item {
  readonly submission: Submission;
  readonly random: Random;
  /** An answer left it open whether it is stored. */
  isInDoubt: boolean;
}

const NO_GATEWAY: Answer = { kind: 'refused', reason: 'no gateway runs' };
const NO_ANSWER: Answer = { kind: 'unknown', reason: 'left out of the answer to its batch' };

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
    this.pace = new Pace(options.perSecond, options.isOpen);
    const connections = options.clients;
    this.agent = new Agent({ connections, headersTimeout: ANSWER_TIMEOUT_MS, bodyTimeout: ANSWER_TIMEOUT_MS, connectTimeout: 1_000 });
    this.running = Promise.all(Array.from({ length: options.clients }, () => this.runClient()));
    this.running.catch(() => {}); // told to whoever waits for the end
  }

  /** Begun so far. */
  get count(): number {
    return this.submitted;
  }

  /** Whether it stops by itself. */
  get isBounded(): boolean {
    return this.options.total !== undefined;
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
    const { total = Number.POSITIVE_INFINITY, batch = 1 } = this.options;
    for (;;) {
      await this.pace.turn(batch);
      const count = Math.min(batch, total - this.submitted);
      if (this.finished || count <= 0) return;
      await this.submit(Array.from({ length: count }, () => this.nextItem()));
    }
  }

  private nextItem(): Item {
    const { name, urlOf, mix, seed } = this.options;
    const key = `${name}-${++this.submitted}`;
    const random = Random.for(seed, key);
    return { submission: makeSubmission(key, urlOf(key), mix, random), random, isInDoubt: false };
  }

  /** Until each is settled; those that are not are tried again together. */
  private async submit(items: readonly Item[]): Promise<void> {
    let open = items;
    for (let tries = 1, pause = FIRST_PAUSE_MS; ; tries++, pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      const answers = await this.try(open, tries);
      const mayGoOn = performance.now() + pause <= this.giveUpAt;
      const settled = await Promise.all(open.map((item, index) => this.settle(item, answers[index] ?? NO_ANSWER, mayGoOn)));
      open = open.filter((_item, index) => !settled[index]);
      if (open.length === 0) return;
      await delay(pause);
    }
  }

  /** Writes down what the caller makes of an answer. @returns whether it leaves it at that */
  private async settle(item: Item, answer: Answer, mayGoOn: boolean): Promise<boolean> {
    const { key } = item.submission;
    if (answer.kind === 'acknowledged') return true;
    if (answer.kind === 'unknown') await this.record({ kind: 'unknown', key, reason: answer.reason });
    item.isInDoubt ||= answer.kind === 'unknown';
    if (!item.isInDoubt && this.isBelieved(answer, item.random)) await this.record({ kind: 'refused', key, reason: answer.reason });
    else if (mayGoOn) return false;
    else await this.record({ kind: 'abandoned', key, reason: answer.reason });
    return true;
  }

  /** Only what the gateway itself says: a refused connection says nothing of it. */
  private isBelieved({ status }: Exclude<Answer, { kind: 'acknowledged' }>, random: Random): boolean {
    const { believed = 0 } = this.options;
    return status !== undefined && random.between(1, 100) <= believed;
  }

  /** @returns an answer to each */
  private async try(items: readonly Item[], tries: number): Promise<readonly Answer[]> {
    const urls = this.options.targets();
    const url = urls[(this.submitted + tries) % urls.length];
    if (url === undefined) return items.map(() => NO_GATEWAY);
    const startedAt = performance.now();
    const answers = await this.send(url, items, tries);
    const tookMs = performance.now() - startedAt;
    await Promise.all(items.map(({ submission }, index) => this.take(submission, answers[index] ?? NO_ANSWER, tookMs)));
    return answers;
  }

  private send(url: string, items: readonly Item[], tries: number): Promise<readonly Answer[]> {
    const { apiKey, repeatsWithSameKey, batch = 1 } = this.options;
    const isRepeated = repeatsWithSameKey || tries === 1;
    const submissions = items.map(({ submission: { key, body, isFlow } }) => ({ key: isRepeated ? key : `${key}.${tries}`, body, isFlow }));
    const to = { url, apiKey, dispatcher: this.agent };
    return batch > 1 ? submitBatch(to, submissions) : Promise.all(submissions.map((submission) => submitOnce(to, submission)));
  }

  private async take(submission: Submission, answer: Answer, tookMs: number): Promise<void> {
    if (answer.kind === 'acknowledged') return this.acknowledge(submission, answer, tookMs);
    this.options.timeline.count(answer.kind);
    this.troubles.set(answer.reason, (this.troubles.get(answer.reason) ?? 0) + 1);
    this.slowestTrouble = Math.max(this.slowestTrouble, tookMs);
  }

  /** Counts only once the ledger has it on disk. */
  private async acknowledge({ key, delay: delayMs }: Submission, { id, root }: AcknowledgedAnswer, tookMs: number): Promise<void> {
    const at = Date.now();
    const jobs: [key: string, id: string][] = root ? idsOf(root, key) : [[key, id]];
    await Promise.all(jobs.map(([jobKey, jobId]) => this.options.ledger.record({ kind: 'acknowledged', at, key: jobKey, id: jobId })));
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
