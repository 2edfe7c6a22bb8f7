import { testPrefix, testRedisUrl, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Job, UnrecoverableError, Worker } from 'bullmq';
import fc from 'fast-check';
import { connectWorker, type RedisClient } from '../connection.js';
import { QueueError } from '../errors.js';
import { death, placesOf } from '../fixtures/dying.js';
import { type Opened, open, submission } from '../fixtures/open.js';
import type { JobData } from '../job-data.js';
import { KEPT } from '../retention/kept.js';
import { Retention } from '../retention/retention.js';
import { DeadLetters } from './dead-letters.js';
import { Purger } from './purger.js';

const STEPS = ['fetch', 'complete', 'fail', 'retry', 'purge', 'cancel', 'promote', 'note', 'tidy'] as const;
type Step = readonly [step: (typeof STEPS)[number], job: number];

const JOBS = 3;
const TOKEN = 'token';

let connection: RedisClient;

beforeAll(async () => {
  connection = connectWorker(testRedisUrl(), () => {});
  await waitFor(() => connection.status === 'ready');
});
afterAll(() => connection.disconnect());

const TOMORROW_MS = KEPT.ageMs + 60_000;

/** Jobs, a worker's hands, and everything that may be done to a job by others. */
class Scene {
  /** Jobs that may be gone: purged, or cancelled a day ago. */
  readonly purged = new Set<string>();
  private readonly cancelled = new Set<string>();
  private readonly running = new Map<string, Job<JobData, unknown>>();
  private readonly worker: Worker<JobData, unknown>;
  private readonly deadLetters: DeadLetters;
  private readonly purger: Purger;
  private readonly retention: Retention;

  constructor(
    readonly opened: Opened,
    readonly ids: readonly string[],
  ) {
    const { queues, redis, prefix, jobs } = opened;
    this.worker = new Worker('io', null, { connection, prefix, autorun: false });
    this.deadLetters = new DeadLetters(queues, redis, prefix, jobs);
    this.purger = new Purger(queues, redis, prefix);
    this.retention = new Retention(queues, redis, prefix);
  }

  async take([step, index]: Step): Promise<void> {
    const id = this.ids[index] as string;
    try {
      await this[step](id);
    } catch (error) {
      // What is refused is refused by name; the rest is a defect.
      if (!(error instanceof QueueError)) throw error;
      expect(['job-not-found', 'not-retryable', 'already-finished']).toContain(error.code);
    }
  }

  /** Every job is in one place, or was purged; none has lost its hash, or is counted as cancelled when it has started anew. */
  async check(): Promise<void> {
    for (const id of this.ids) {
      const places = await placesOf(this.opened, 'io', id);
      const isNoted = (await this.opened.redis.zscore(this.opened.queues.io.toKey('cancelled'), id)) !== null;
      expect([id, isNoted && !places.includes('failed')]).toEqual([id, false]);
      expect([id, places.length]).toEqual([id, this.purged.has(id) ? 0 : 1]);
      expect(await this.opened.redis.exists(this.opened.queues.io.toKey(id))).toBe(this.purged.has(id) ? 0 : 1);
    }
  }

  /** What waits runs to its end: nothing stands where no worker finds it. */
  async drain(): Promise<void> {
    for (const id of this.running.keys()) await this.complete(id);
    for (;;) {
      const waiting = await this.worker.getNextJob(TOKEN, { block: false });
      if (!waiting) break;
      this.running.set(String(waiting.id), waiting);
      await (waiting.deferredFailure ? this.fail(String(waiting.id)) : this.complete(String(waiting.id)));
    }
    for (const id of this.ids) {
      const [place] = await placesOf(this.opened, 'io', id);
      expect(place === undefined ? this.purged.has(id) : ['completed', 'failed', 'delayed'].includes(place)).toBe(true);
    }
  }

  async close(): Promise<void> {
    await this.worker.close();
  }

  async fetch(): Promise<void> {
    const job = await this.worker.getNextJob(TOKEN, { block: false });
    if (job) this.running.set(String(job.id), job);
  }

  async complete(id: string): Promise<void> {
    const job = this.running.get(id);
    this.running.delete(id);
    if (job) await job.moveToCompleted('fine', TOKEN, false);
  }

  async fail(id: string): Promise<void> {
    const job = this.running.get(id);
    this.running.delete(id);
    if (!job) return;
    await job.moveToFailed(job.deferredFailure ? new UnrecoverableError(job.deferredFailure) : death(job), TOKEN, false);
  }

  async retry(id: string): Promise<void> {
    await this.deadLetters.retry(id);
  }

  async purge(id: string): Promise<void> {
    const record = await this.opened.jobs.get(id);
    await this.opened.redis.hset(`${this.opened.prefix}:operation:x`, { token: 1 });
    const fence = { key: `${this.opened.prefix}:operation:x`, id: 'x', token: 1 };
    if ((await this.purger.purge(record, { fence, finishedAt: Number(record.finishedAt) })) === 'purged') this.purged.add(id);
  }

  async cancel(id: string): Promise<void> {
    const job = await this.opened.jobs.get(id);
    if (job.state === 'active') return; // one that runs is waited for
    this.cancelled.add(id);
    await this.opened.jobs.cancel(id);
  }

  /** Retention comes by. */
  async note(): Promise<void> {
    await this.retention.tend();
  }

  /** As it is done a day later. */
  async tidy(): Promise<void> {
    await this.retention.tend(Date.now() + TOMORROW_MS);
    for (const id of this.cancelled) {
      if ((await this.opened.redis.exists(this.opened.queues.io.toKey(id))) === 0) this.purged.add(id);
    }
  }

  async promote(id: string): Promise<void> {
    await this.opened.jobs.promote(id);
  }
}

/** The last job, which waits for its time, is cancelled and ends; then the rest is done to it. */
function cancelledAnd(...steps: Step[0][]): Step[][] {
  return (['cancel', 'fetch', 'fail', ...steps] as const).map((step) => [[step, JOBS - 1]]);
}

async function play(steps: readonly (readonly Step[])[]): Promise<void> {
  using opened = await open(testRedisUrl(), testPrefix());
  const delays = Array.from({ length: JOBS }, (_unused, index) => ({ delay: index === JOBS - 1 ? 3_600_000 : 0 }));
  const submitted = await Promise.all(delays.map((options) => opened.jobs.submit(submission({ options }))));
  const scene = new Scene(
    opened,
    submitted.map(({ job }) => job.id),
  );
  try {
    for (const together of steps) {
      await Promise.all(together.map((step) => scene.take(step)));
      await scene.check();
    }
    await scene.drain();
  } finally {
    await scene.close();
  }
}

it('loses no job, and has none in two places, whatever is done to it in whatever order, and at the same time', async () => {
  const step = fc.tuple(fc.constantFrom(...STEPS), fc.nat({ max: JOBS - 1 }));
  await fc.assert(fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 12 }), play), {
    numRuns: 60,
    examples: [[cancelledAnd('note', 'retry')], [cancelledAnd('note', 'tidy')], [cancelledAnd('retry', 'tidy')]],
  });
}, 120_000);
