import { setTimeout as delay } from 'node:timers/promises';
import type { QueueName } from '@dts/jobs';
import { QueueEvents } from 'bullmq';
import type { RedisClient } from './connection.js';
import type { JobClient } from './job-client.js';
import { queueOfJobId } from './job-id.js';
import { FINAL_STATES, type JobRecord } from './job-record.js';
import { WakeUp } from './wake-up.js';

/**
 * A job that ends while the stream is being opened is found by looking again soon; one whose event was pushed out of the
 * short stream by a burst before it was read, by looking again now and then.
 */
const FIRST_RECHECK_MS = 100;
const RECHECK_MS = 2_000;
/** BullMQ waits for the end of a connection, which never comes when that is lost already. */
const CLOSE_MS = 500;
/** What BullMQ calls that which may end a job, and what else happens to it. */
const ENDS = ['completed', 'failed'] as const;
const CHANGES = ['waiting', 'active', 'delayed', 'waiting-children', 'progress', 'removed'] as const;

/** A stream that nobody waits on is let go after this long: reading it costs as much as the queue is busy. */
const IDLE_MS = 30_000;

/** Called when something happened to a job; with whether it has ended, or an attempt has failed. */
type Listener = (ended: boolean) => void;

interface Watch {
  readonly events: QueueEvents;
  readonly waiting: Map<string, Set<Listener>>;
  idle?: NodeJS.Timeout;
}

/** Hears of jobs, by one event stream per queue however many listen. */
export class JobWatcher {
  private readonly watches = new Map<QueueName, Watch>();

  constructor(
    private readonly jobs: JobClient,
    /** A patient connection (`connectWorker`); every stream reads on a copy of it. */
    private readonly redis: RedisClient,
    private readonly prefix: string,
    private readonly onError: (error: Error) => void,
  ) {}

  /**
   * The job once it has finished, or as it is when `signal` aborts.
   * @throws QueueError as `JobClient.get`
   */
  async waitUntilFinished(id: string, signal: AbortSignal): Promise<JobRecord> {
    const wakeUp = new WakeUp(signal);
    const stop = this.listen(id, (ended) => ended && wakeUp.call());
    try {
      for (let recheckMs = FIRST_RECHECK_MS; ; recheckMs = Math.min(2 * recheckMs, RECHECK_MS)) {
        const job = await this.jobs.get(id);
        if (FINAL_STATES.has(job.state) || signal.aborted) return job;
        await wakeUp.next(recheckMs);
      }
    } finally {
      stop();
      wakeUp.dispose();
    }
  }

  async close(): Promise<void> {
    const watches = [...this.watches.values()];
    this.watches.clear();
    for (const watch of watches) clearTimeout(watch.idle);
    const closed = Promise.all(watches.map((watch) => watch.events.close()));
    await Promise.race([closed, delay(CLOSE_MS, undefined, { ref: false })]);
  }

  /**
   * Calls back when something has happened to a job, as far as the event was not pushed out of the stream before it was read.
   * @returns ends it
   */
  listen(id: string, listener: Listener): () => void {
    const queue = queueOfJobId(id);
    if (queue === undefined) return () => {}; // no such job, as the first look at it will tell
    const watch = this.watches.get(queue) ?? this.open(queue);
    clearTimeout(watch.idle);
    const waiting = watch.waiting.get(id) ?? new Set();
    watch.waiting.set(id, waiting.add(listener));
    return () => {
      waiting.delete(listener);
      if (waiting.size === 0) watch.waiting.delete(id);
      if (watch.waiting.size === 0 && this.watches.get(queue) === watch) watch.idle = this.letGoLater(queue, watch);
    };
  }

  private open(queue: QueueName): Watch {
    const events = new QueueEvents(queue, { connection: this.redis, prefix: this.prefix });
    const watch: Watch = { events, waiting: new Map() };
    const tell =
      (ended: boolean) =>
      ({ jobId }: { jobId: string }) => {
        for (const listener of watch.waiting.get(jobId) ?? []) listener(ended);
      };
    for (const event of ENDS) events.on(event, tell(true));
    for (const event of CHANGES) events.on(event, tell(false));
    events.on('error', this.onError);
    this.watches.set(queue, watch);
    return watch;
  }

  private letGoLater(queue: QueueName, watch: Watch): NodeJS.Timeout {
    const letGo = () => {
      if (watch.waiting.size > 0) return;
      this.watches.delete(queue);
      watch.events.close().catch(this.onError);
    };
    return setTimeout(letGo, IDLE_MS).unref();
  }
}
