import type { RedisClient } from '../connection.js';
import type { JobClient } from '../job-client.js';
import { LINES_DROPPED, type LogLine } from '../job-logs.js';
import { FINAL_STATES, type JobRecord } from '../job-record.js';
import type { JobQueue } from '../queues.js';
import { toUnreadable } from '../redis-failure.js';
import { changesSince, type StateChange } from './state-changes.js';
import type { Told } from './told.js';

export type JobEvent =
  | ({ readonly kind: 'state' } & StateChange)
  /** `at` in Unix milliseconds: when it was noticed. */
  | { readonly kind: 'progress'; readonly progress: unknown; readonly at: number }
  | ({ readonly kind: 'log' } & LogLine);

export interface Notice {
  readonly event: JobEvent;
  /** What has been told with it: from here another one can go on. */
  readonly told: Told;
}

/** `ended`: there is nothing more to come; `behind`: there is more to tell already. */
export type Looked = 'ended' | 'behind' | 'quiet';

/** Lines read at once: what a slow reader has not taken yet is read later. */
const LINES = 100;
/** What BullMQ tells of a job that has not told any. */
const NO_PROGRESS = '0';
/** What may change of a job, without what may be large. */
const CHANGING = ['finishedOn', 'processedOn', 'atm', 'defa', 'progress', LINES_DROPPED] as const;

export interface FollowingParts {
  readonly jobs: JobClient;
  readonly redis: RedisClient;
}

/** One job, and how far its follower has been told of it. Each look tells what is new since the last. */
export class Following {
  private seen = '';
  private progress = NO_PROGRESS;

  constructor(
    private readonly parts: FollowingParts,
    private readonly queue: JobQueue,
    private readonly id: string,
    private told: Told | undefined,
  ) {}

  /** A job that does not run writes no log and tells no progress. */
  get isRunning(): boolean {
    return this.told?.state === 'active';
  }

  /** @throws QueueError `job-not-found`, `unavailable`; what was told until then stays told */
  async *look(): AsyncGenerator<Notice, Looked> {
    const glance = await this.glance();
    if (glance === this.seen) return 'quiet';
    const job = await this.parts.jobs.get(this.id);
    const looked = yield* this.tell(job);
    // Seen only when all of it was told: whoever is behind looks again.
    if (looked === 'quiet') this.seen = glance;
    return looked;
  }

  private async *tell(job: JobRecord): AsyncGenerator<Notice, Looked> {
    const isFirst = this.told === undefined;
    const hasEnded = FINAL_STATES.has(job.state);
    const changes = changesSince(this.told, job, Date.now());
    // The last word is the end, after all that the job had to say; a repeated one where it was told before.
    const end = hasEnded ? (changes.pop() ?? changesSince(undefined, job, Date.now())[0]) : undefined;
    for (const change of changes) yield this.noteState(change);
    let isBehind = false;
    if (!(isFirst && hasEnded)) {
      isBehind = yield* this.tellLines(job, hasEnded);
      yield* this.tellProgress(job);
    }
    if (end) yield this.noteState(end);
    return end ? 'ended' : isBehind ? 'behind' : 'quiet';
  }

  private noteState(change: StateChange): Notice {
    const { state, at, attemptsMade, failures } = change;
    const startedAt = state === 'active' ? at : (this.told?.startedAt ?? 0);
    this.told = { state, attemptsMade, failures, startedAt, lines: this.told?.lines ?? 0 };
    return { event: { kind: 'state', ...change }, told: this.told };
  }

  /** @returns whether there are more */
  private async *tellLines(job: JobRecord, all: boolean): AsyncGenerator<Notice, boolean> {
    for (;;) {
      const { items, next } = await this.parts.jobs.log(job, this.told?.lines ?? 0, LINES);
      for (const line of items) {
        this.told = { ...(this.told as Told), lines: line.line + 1 };
        yield { event: { kind: 'log', ...line }, told: this.told };
      }
      if (next === undefined || !all) return next !== undefined;
    }
  }

  private *tellProgress({ progress }: JobRecord): Generator<Notice> {
    const text = JSON.stringify(progress) ?? NO_PROGRESS;
    if (text === this.progress) return;
    this.progress = text;
    yield { event: { kind: 'progress', progress, at: Date.now() }, told: this.told as Told };
  }

  /** Enough to tell whether the job is worth reading. */
  private async glance(): Promise<string> {
    const key = this.queue.toKey(this.id);
    const { redis } = this.parts;
    const reads = [this.queue.getJobState(this.id), redis.hmget(key, ...CHANGING), redis.llen(`${key}:logs`)];
    try {
      return JSON.stringify(await Promise.all<unknown>(reads));
    } catch (error) {
      throw toUnreadable(error);
    }
  }
}
