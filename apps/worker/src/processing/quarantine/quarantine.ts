import { EventEmitter, once } from 'node:events';
import type { Logger } from '@dts/runtime';
import type { HandlerEnv } from '../../handlers/env.js';
import { FinalError } from '../errors.js';
import type { JobStart, Runner } from '../job-start.js';
import { AttemptAborted } from '../outcome.js';
import { runWithin } from '../run-within.js';
import { type OpenChannel, processOf } from '../sandbox/channel.js';
import { Host } from '../sandbox/host.js';
import { type Cohort, Cohorts } from './cohorts.js';

/** Megabytes of heap for a process. */
const HEAP_MB = 512;
/** Processes at once beside the first one, which bounds the memory. */
const MOST_HALVES = 3;
const PING_MS = 1_000;

const HANDLERS = new URL('../sandbox/handler-host.js', import.meta.url);

/**
 * Runs jobs that may have crashed their workers apart from healthy ones: all together in one process, and when that dies
 * in halves (see Cohorts), until the one that ends its process is alone, and dead. What happens to this worker implicates
 * nobody further. A job's time begins with each run: what its company does to it is not its fault.
 */
export class Quarantine {
  private readonly cohorts = new Cohorts<JobStart>(MOST_HALVES);
  private readonly hosts = new Map<Cohort<JobStart>, Host>();
  private readonly changes = new EventEmitter().setMaxListeners(0);
  private pinging?: NodeJS.Timeout;

  constructor(
    private readonly env: HandlerEnv,
    private readonly logger: Logger,
    private readonly onCrash: () => void,
    private readonly open: OpenChannel = processOf(HANDLERS, HEAP_MB),
  ) {}

  /** Rejects with FinalError `crashed-its-worker` when the job alone ended its process. */
  readonly run: Runner = async (start: JobStart) => {
    this.cohorts.admit(start);
    try {
      for (;;) {
        const host = await this.placeOf(start);
        try {
          return await runWithin(start, (context) => host.run(start, context));
        } catch (error) {
          if (!host.death || start.stop?.aborted) throw error;
          if (!this.cohorts.of(start)) throw error instanceof AttemptAborted ? error : crashed(host.death.how);
        }
      }
    } finally {
      this.leave(start);
    }
  };

  /** Where the job runs next, once there is room. */
  private async placeOf(start: JobStart): Promise<Host> {
    this.startHosts();
    for (;;) {
      const cohort = this.cohorts.of(start);
      const host = cohort && this.hosts.get(cohort);
      if (host) {
        await host.ready;
        return host;
      }
      await once(this.changes, 'change', { signal: start.stop }).catch((error: unknown) => {
        throw start.stop?.aborted ? AttemptAborted.by(start.stop) : error;
      });
    }
  }

  private startHosts(): void {
    for (const cohort of this.cohorts.start()) {
      this.hosts.set(cohort, new Host(this.open, this.env, () => this.died(cohort)));
    }
    if (this.hosts.size > 0) this.pinging ??= setInterval(() => this.ping(), PING_MS);
    else this.stopPinging();
    this.changes.emit('change');
  }

  private died(cohort: Cohort<JobStart>): void {
    const host = this.hosts.get(cohort);
    this.hosts.delete(cohort);
    if (!host) return; // it was over
    this.onCrash();
    this.logger.warn({ jobs: cohort.members.size, endedBy: host.death?.how }, 'a process of the quarantine ended');
    if (host.wasReady) this.cohorts.died(cohort);
    else this.cohorts.failed(cohort);
    this.startHosts();
  }

  private leave(start: JobStart): void {
    const over = this.cohorts.leave(start);
    const host = over && this.hosts.get(over);
    if (over) this.hosts.delete(over);
    host?.end();
    this.startHosts();
  }

  private stopPinging(): void {
    clearInterval(this.pinging);
    this.pinging = undefined;
  }

  /** Blocked, a process holds up all that run in it; a job that runs alone may block it until its time is up. */
  private ping(): void {
    for (const [cohort, host] of this.hosts) if (cohort.members.size > 1) host.ping();
  }
}

function crashed(how: string): FinalError {
  return new FinalError('crashed-its-worker', `The job ended its worker's process again and again, and its own in quarantine, by ${how}.`);
}
