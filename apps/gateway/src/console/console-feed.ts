import type { DeadLetter, Decision, Moment, News, Opening, QueueNow, WorkerNow } from '@dts/console';
import { DeadLetters, type JobRecord, Loop, QueueOverview, type QueueRecord, ScalingLog, type WorkerInfo } from '@dts/queue';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { toQueueView } from '../queues/queue.view.js';

/** Milliseconds between two looks while somebody watches. */
const LOOK_MS = 2_000;
/** While nobody does, only every so many turns, for what charts show of the time before. */
const TURNS_UNWATCHED = 5;
/** Of what charts show, and between two points of it. */
const HISTORY_MS = 15 * 60_000;
const POINT_MS = 5_000;
/** Decisions that are kept: with three pools, those of 15 minutes. */
const DECISIONS_KEPT = 600;
const DEAD_LETTERS_SHOWN = 20;

/** What the last look has found, or why it has found nothing. */
type Found = Omit<News, 'decisions'> | { readonly problem: string };

/** Looks at everything that the console shows, once for all who watch. */
@Injectable()
export class ConsoleFeed implements OnApplicationBootstrap, OnModuleDestroy {
  private history: readonly Moment[] = [];
  private decisions: readonly Decision[] = [];
  private found: Found = { problem: 'Nothing has been read yet.' };
  private turns = 0;
  private watchers = 0;
  /** One look at a time: two would find the same decisions. */
  private lastLook: Promise<void> = Promise.resolve();
  private readonly waiting = new Set<() => void>();
  private readonly loop = new Loop(() => this.takeTurn());

  constructor(
    private readonly overview: QueueOverview,
    private readonly scaling: ScalingLog,
    private readonly deadLetters: DeadLetters,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start(LOOK_MS);
  }

  onModuleDestroy(): void {
    void this.loop.stop();
  }

  /** As text of server-sent events, until `signal` aborts. */
  async *follow(mayWrite: boolean, signal: AbortSignal): AsyncGenerator<string, void> {
    this.watchers++;
    try {
      if (this.watchers === 1) await this.look();
      yield toText('opening', { mayWrite, history: this.history } satisfies Opening);
      let last: string | undefined;
      while (!signal.aborted) {
        yield this.tell(last);
        last = this.decisions.at(-1)?.id ?? last;
        await this.nextLook(signal);
      }
    } finally {
      this.watchers--;
    }
  }

  private tell(lastDecision: string | undefined): string {
    if ('problem' in this.found) return toText('trouble', this.found);
    const from = this.decisions.findIndex(({ id }) => id === lastDecision) + 1;
    return toText('news', { ...this.found, decisions: this.decisions.slice(from) } satisfies News);
  }

  private async takeTurn(): Promise<number> {
    if (this.watchers > 0 || this.turns++ % TURNS_UNWATCHED === 0) await this.look();
    for (const resolve of [...this.waiting]) resolve();
    return LOOK_MS;
  }

  private look(): Promise<void> {
    this.lastLook = this.lastLook.then(() => this.read());
    return this.lastLook;
  }

  /** Never rejects: what cannot be read is told. */
  private async read(): Promise<void> {
    try {
      const moment = toMoment(await this.overview.now());
      this.remember(moment);
      if (this.watchers > 0) this.found = { moment, ...(await this.readMore()) };
    } catch (error) {
      this.found = { problem: error instanceof Error ? error.message : String(error) };
    }
  }

  private remember(moment: Moment): void {
    if (moment.at - (this.history.at(-1)?.at ?? 0) < POINT_MS) return;
    this.history = [...this.history, moment].filter(({ at }) => at >= moment.at - HISTORY_MS);
  }

  private async readMore(): Promise<Omit<News, 'moment' | 'decisions'>> {
    const [workers, decisions, { items }] = await Promise.all([
      this.overview.workers(),
      this.scaling.read(DECISIONS_KEPT, this.decisions.at(-1)?.id),
      this.deadLetters.list({}, DEAD_LETTERS_SHOWN),
    ]);
    this.decisions = [...this.decisions, ...decisions].slice(-DECISIONS_KEPT);
    return { workers: workers.map(toWorkerNow), deadLetters: items.map(toDeadLetter) };
  }

  private nextLook(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.waiting.add(done);
      signal.addEventListener('abort', done);
    });
  }
}

function toText(event: string, data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

function toMoment(records: readonly QueueRecord[]): Moment {
  return { at: Date.now(), queues: records.map(toQueueNow) };
}

function toQueueNow(record: QueueRecord): QueueNow {
  const { name, paused, counts, oldestWaitingMs, waitMs, workers, slots, busy, ...rates } = toQueueView(record);
  const { arrivalsPerSecond, completionsPerSecond, failuresPerSecond } = rates;
  const { waiting, scheduled, active, dead } = counts;
  const [waits, load] = [waitMs && { p50: waitMs.p50, p99: waitMs.p99 }, { workers, slots, busy }];
  const state = { name, paused, waiting, scheduled, active, dead, oldestWaitingMs };
  return { ...state, arrivalsPerSecond, completionsPerSecond, failuresPerSecond, waitMs: waits, ...load };
}

function toWorkerNow({ id, queues, memoryBytes, eventLoopDelayMs, startedAt, draining }: WorkerInfo): WorkerNow {
  const served = queues.map(({ queue, slots, busy }) => ({ name: queue, slots, busy }));
  return { id, queues: served, memoryBytes, eventLoopDelayMs, startedAt, draining };
}

function toDeadLetter({ id, queue, name, tenant, attemptsMade, finishedAt, error }: JobRecord): DeadLetter {
  const { code, message } = error ?? { code: 'unknown', message: '' };
  return { id, queue, name, tenant, attempts: attemptsMade, diedAt: finishedAt, code, message };
}
