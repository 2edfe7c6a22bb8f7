import type { QueueName } from '@dts/jobs';
import { QueueEvents } from 'bullmq';
import type { RedisClient } from './connection.js';
import type { JobClient } from './job-client.js';
import { queuesOfJobId } from './job-id.js';
import { FINAL_STATES, type JobRecord } from './job-record.js';
import { WakeUp } from './wake-up.js';

/** Event streams are short: what a burst has pushed out before it was read is found by looking again this often. */
const RECHECK_MS = 2_000;
/** A stream that nobody waits on is let go after this long: reading it costs as much as the queue is busy. */
const IDLE_MS = 30_000;

interface Watch {
  readonly events: QueueEvents;
  readonly waiting: Map<string, Set<() => void>>;
  idle?: NodeJS.Timeout;
}

/** Waits for jobs to finish, by one event stream per queue however many wait. */
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
    const stop = this.listen(id, wakeUp.call);
    try {
      for (;;) {
        const job = await this.jobs.get(id);
        if (FINAL_STATES.has(job.state) || signal.aborted) return job;
        await wakeUp.next(RECHECK_MS);
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
    await Promise.all(watches.map((watch) => watch.events.close()));
  }

  private listen(id: string, wakeUp: () => void): () => void {
    const stops = queuesOfJobId(id).map((queue) => this.listenTo(queue, id, wakeUp));
    return () => {
      for (const stop of stops) stop();
    };
  }

  private listenTo(queue: QueueName, id: string, wakeUp: () => void): () => void {
    const watch = this.watches.get(queue) ?? this.open(queue);
    clearTimeout(watch.idle);
    const waiting = watch.waiting.get(id) ?? new Set();
    watch.waiting.set(id, waiting.add(wakeUp));
    return () => {
      waiting.delete(wakeUp);
      if (waiting.size === 0) watch.waiting.delete(id);
      if (watch.waiting.size === 0 && this.watches.get(queue) === watch) watch.idle = this.letGoLater(queue, watch);
    };
  }

  private open(queue: QueueName): Watch {
    const events = new QueueEvents(queue, { connection: this.redis, prefix: this.prefix });
    const watch: Watch = { events, waiting: new Map() };
    const wake = ({ jobId }: { jobId: string }) => {
      for (const wakeUp of watch.waiting.get(jobId) ?? []) wakeUp();
    };
    events.on('completed', wake).on('failed', wake).on('error', this.onError);
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
