import type { RedisClient } from '../connection.js';
import { QueueError, type QueueErrorCode } from '../errors.js';
import type { JobClient } from '../job-client.js';
import type { JobRecord } from '../job-record.js';
import { toUnavailable, toUnreadable } from '../redis-failure.js';
import type { Replication } from '../replication.js';
import { acceptSubmission, type Submitted } from '../submission.js';
import { define, isSame, manualKey, manualRun, setPaused } from './plan.js';
import { ScheduleRuns } from './runs.js';
import type { Schedule, ScheduleName, ScheduleSpec } from './schedule.js';
import { ScheduleStore, type Stored } from './schedule-store.js';
import { timingIssues } from './timing.js';

/** Times that a change is tried when others change the same schedule at the same time. */
const TRIES = 10;

/** Refusals after which a run would still be tried. */
const NOT_SUBMITTED: ReadonlySet<QueueErrorCode> = new Set(['backlog-full', 'memory-full', 'unavailable']);

export interface SchedulePage {
  readonly items: readonly Schedule[];
  /** Where the next page starts; undefined after the last. */
  readonly next?: ScheduleName;
}

/** Creates, changes and reads schedules. A change resolves once it is on disk, and, with `replication`, on the replicas. */
export class Schedules {
  private readonly store: ScheduleStore;
  private readonly runs: ScheduleRuns;

  constructor(
    redis: RedisClient,
    prefix: string,
    jobs: JobClient,
    private readonly replication?: Replication,
  ) {
    this.store = new ScheduleStore(redis, prefix);
    this.runs = new ScheduleRuns(this.store, jobs);
  }

  /**
   * @param paused as it is, or not, unless given
   * @throws QueueError `unknown-job`, `invalid-payload`, `payload-too-large`, `invalid-schedule`; `unavailable` when nothing
   * was stored, `outcome-unknown` when it may have been
   */
  async put(name: ScheduleName, spec: ScheduleSpec, paused?: boolean): Promise<{ outcome: 'created' | 'replaced'; schedule: Schedule }> {
    acceptSubmission({ ...spec.job, tenant: name.tenant });
    let outcome: 'created' | 'replaced' = 'created';
    const schedule = await this.change(name, (before, now) => {
      outcome = before ? 'replaced' : 'created';
      const pausing = paused ?? before?.state.paused ?? false;
      if (before && isSame(before.spec, spec)) return setPaused(before, pausing, now);
      const issues = timingIssues(spec.timing, now);
      if (issues.length > 0) throw new QueueError('invalid-schedule', 'The schedule cannot be kept.', { issues });
      return define(name, spec, pausing, before, now);
    });
    return { outcome, schedule };
  }

  /** @throws QueueError `schedule-not-found`, `unavailable`, `outcome-unknown` */
  pause(name: ScheduleName): Promise<Schedule> {
    return this.change(name, (before, now) => setPaused(found(before, name), true, now));
  }

  /** @throws QueueError as `pause` */
  resume(name: ScheduleName): Promise<Schedule> {
    return this.change(name, (before, now) => setPaused(found(before, name), false, now));
  }

  /**
   * Runs now, beside the timing and whether paused or not.
   * @param idempotencyKey makes repeating safe; without one, a call that was not answered may run twice when it is repeated
   * @throws QueueError `schedule-not-found`, `run-in-progress`, and as `JobClient.submit`
   */
  trigger(name: ScheduleName, idempotencyKey?: string): Promise<Submitted> {
    const key = manualKey(name, idempotencyKey);
    return this.attempt(async () => {
      const settled = await this.runs.settle(await this.store.read(name));
      if (!settled) return undefined;
      const { stored } = settled;
      const before = found(stored.schedule, name);
      const earlier = await this.runs.find(before, key);
      if (earlier) return { outcome: 'replayed', job: earlier };
      const state = manualRun(before, stored.now, await this.runs.isRunning(before), key);
      if (!state) throw new QueueError('run-in-progress', 'The last run has not finished, and the schedule says skip.');
      const saved = await this.store.save({ ...before, state }, stored);
      const job = saved && (await this.submitNow(before, saved));
      return job && { outcome: 'created', job };
    });
  }

  /** @throws QueueError `schedule-not-found`, `unavailable`, `outcome-unknown` */
  async remove(name: ScheduleName): Promise<void> {
    const removed = await this.store.remove(name).catch((error) => {
      throw toUnavailable(error);
    });
    await this.replication?.confirmGone(this.store.redisKey(name));
    if (!removed) throw notFound(name);
  }

  /** @throws QueueError `schedule-not-found`, `unavailable` */
  async get(name: ScheduleName): Promise<Schedule> {
    const { schedule } = await this.store.read(name).catch((error) => {
      throw toUnreadable(error);
    });
    return found(schedule, name);
  }

  /** @throws QueueError `unavailable` */
  async list(limit: number, range: { tenant?: string; after?: ScheduleName }): Promise<SchedulePage> {
    try {
      const names = await this.store.list(limit + 1, range);
      const page = names.slice(0, limit);
      const stored = await Promise.all(page.map((name) => this.store.read(name)));
      const items = stored.flatMap(({ schedule }) => schedule ?? []);
      return names.length > limit ? { items, next: page.at(-1) } : { items };
    } catch (error) {
      throw toUnreadable(error);
    }
  }

  /** What is refused for certain must not run later, after its caller was told so. */
  private async submitNow(before: Schedule, saved: Stored): Promise<JobRecord | undefined> {
    try {
      const settled = await this.runs.settle(saved);
      if (settled?.refusal) throw settled.refusal;
      return settled?.job;
    } catch (error) {
      if (error instanceof QueueError && NOT_SUBMITTED.has(error.code)) await this.store.save(before, saved);
      throw error;
    }
  }

  private async change(name: ScheduleName, to: (before: Schedule | undefined, now: number) => Schedule): Promise<Schedule> {
    await this.replication?.require().catch((error) => {
      throw asQueueError(error);
    });
    const schedule = await this.attempt(() => this.tryChange(name, to));
    await this.replication?.confirm(this.store.redisKey(name));
    return schedule;
  }

  private async tryChange(name: ScheduleName, to: (before: Schedule | undefined, now: number) => Schedule): Promise<Schedule | undefined> {
    const stored = await this.store.read(name);
    const { schedule, now } = stored;
    const after = to(schedule, now);
    if (after === schedule) return after;
    // A run that is under way submits what was said when it was decided on: it comes first, then it is looked at again.
    if (schedule?.state.pending && after.spec !== schedule.spec) {
      await this.runs.settle(stored);
      return undefined;
    }
    return (await this.store.save(after, stored))?.schedule;
  }

  /** Again while others are faster. */
  private async attempt<T>(act: () => Promise<T | undefined>): Promise<T> {
    try {
      for (let tries = 0; tries < TRIES; tries++) {
        const done = await act();
        if (done !== undefined) return done;
      }
    } catch (error) {
      throw asQueueError(error);
    }
    throw new QueueError('unavailable', 'The schedule is being changed by others again and again.');
  }
}

function asQueueError(error: unknown): QueueError {
  return error instanceof QueueError ? error : toUnavailable(error);
}

function found(schedule: Schedule | undefined, name: ScheduleName): Schedule {
  if (!schedule) throw notFound(name);
  return schedule;
}

function notFound({ id }: ScheduleName): QueueError {
  return new QueueError('schedule-not-found', `There is no schedule ${JSON.stringify(id)}.`);
}
