import type { RedisClient } from '../connection.js';
import { FailureStreak } from '../failure-streak.js';
import type { JobClient } from '../job-client.js';
import { Loop } from '../loop.js';
import { step } from './plan.js';
import { ScheduleRuns } from './runs.js';
import type { ScheduleName } from './schedule.js';
import { ScheduleStore, type Stored } from './schedule-store.js';

/** Milliseconds between two looks when nothing is due before. */
const LOOK_MS = 1_000;
/** Milliseconds between two checks of all schedules. */
const CHECK_MS = 30_000;
const CHECKED_AT_ONCE = 500;

export interface TickerEvents {
  onRun(outcome: 'started' | 'skipped' | 'missed' | 'refused', count: number): void;
  /** A run that was decided on and not submitted, or a schedule that nobody would have looked at. */
  onMended(): void;
  /** Undefined while Redis does not tell. */
  onCount(schedules: number | undefined): void;
  /** Of one schedule, or of all; whatever it is, it is tried again. */
  onError(error: Error, name?: ScheduleName): void;
}

/**
 * Starts the runs of schedules. Any number of gateways may do so at the same time: a schedule that is due is taken by one
 * of them, and by another two seconds later if the first has died over it.
 */
export class ScheduleTicker {
  private readonly store: ScheduleStore;
  private readonly runs: ScheduleRuns;
  private readonly loop = new Loop(() => this.tick());
  private readonly failures: FailureStreak;
  private checkAt = 0;

  constructor(
    redis: RedisClient,
    prefix: string,
    jobs: JobClient,
    private readonly events: TickerEvents,
  ) {
    this.store = new ScheduleStore(redis, prefix);
    this.runs = new ScheduleRuns(this.store, jobs);
    this.failures = new FailureStreak((error) => events.onError(error));
  }

  start(): void {
    this.loop.start();
  }

  /** Resolves when what is under way has ended. */
  stop(): Promise<void> {
    return this.loop.stop();
  }

  private tick(): Promise<number> {
    return this.work().catch((error: Error) => {
      this.failures.add(error);
      this.events.onCount(undefined);
      this.checkAt = 0; // after an outage, at once
      return LOOK_MS;
    });
  }

  /** @returns milliseconds until the next look */
  private async work(): Promise<number> {
    if (performance.now() >= this.checkAt) {
      await this.check();
      this.checkAt = performance.now() + CHECK_MS;
    }
    const { names, nextInMs = LOOK_MS } = await this.store.take();
    this.failures.end();
    await Promise.all(names.map((name) => this.attend(name).catch((error: Error) => this.events.onError(error, name))));
    return names.length > 0 ? 0 : Math.min(nextInMs, LOOK_MS);
  }

  private async attend(name: ScheduleName): Promise<void> {
    const read = await this.store.read(name);
    if (!read.schedule) return this.store.forget(name);
    const settled = await this.runs.settle(read);
    if (!settled) return;
    if (read.schedule.state.pending) this.events.onMended();
    await this.run(settled.stored);
  }

  private async run(stored: Stored): Promise<void> {
    const { schedule, now } = stored;
    if (!schedule) return;
    const next = step(schedule, now, await this.runs.isRunning(schedule));
    const saved = await this.store.save({ ...schedule, state: next?.state ?? schedule.state }, stored);
    if (!saved || !next) return;
    const missed = next.state.missed - schedule.state.missed;
    if (missed > 0) this.events.onRun('missed', missed);
    if (next.outcome === 'skipped') this.events.onRun('skipped', 1);
    if (next.outcome !== 'started') return;
    const settled = await this.runs.settle(saved);
    this.events.onRun(settled?.refusal ? 'refused' : 'started', 1);
    if (settled?.refusal) this.events.onError(settled.refusal, schedule);
  }

  /** Finds schedules that are to run and that nobody would look at, whatever became of their turn. */
  private async check(): Promise<void> {
    let after: ScheduleName | undefined;
    do {
      const names = await this.store.list(CHECKED_AT_ONCE, { after });
      for (const name of await this.store.withoutDue(names)) await this.mend(name);
      after = names.length === CHECKED_AT_ONCE ? names.at(-1) : undefined;
    } while (after);
    this.events.onCount(await this.store.count());
  }

  private async mend(name: ScheduleName): Promise<void> {
    const { schedule } = await this.store.read(name);
    const hasWork = schedule && (schedule.state.pending || (!schedule.state.paused && schedule.state.next !== null));
    if (hasWork && (await this.store.putBack(name))) this.events.onMended();
  }
}
