import { definitionOf, FinalError, findJobDefinition, type JobDefinition, parsePayload } from '@dts/jobs';
import { WaitingChildrenError } from 'bullmq';
import type { Children } from '../flows/children.js';
import type { ForeignJobs } from './foreign-jobs.js';
import type { WorkerJob } from './worker-job.js';

/** A job that may start. */
export interface Prepared {
  readonly definition: JobDefinition;
  /** Parsed. */
  readonly payload: unknown;
}

/** What must hold before an attempt starts, whoever runs it: a known job, a payload that fits, in time, its children ended. */
export class Preparation {
  constructor(
    private readonly children: Children,
    private readonly foreign: ForeignJobs,
  ) {}

  /**
   * @throws FinalError `unknown-job`, `invalid-payload`, `expired`, `child-failed`; WaitingChildrenError once the job waits
   * for its children; DelayedError once it waits for a worker that can read it
   */
  async prepare(job: WorkerJob, token: string): Promise<Prepared> {
    checkStartBy(job.data.startBy);
    const prepared = await this.read(job, token);
    await this.awaitChildren(job, token);
    return prepared;
  }

  private async read(job: WorkerJob, token: string): Promise<Prepared> {
    try {
      const definition = definitionOf(job.name);
      return { definition, payload: parsePayload(definition, job.data.payload) };
    } catch (error) {
      await this.foreign.putOff(job, token, (error as FinalError).message);
      throw error;
    }
  }

  /** Of a parent that was retried: its children have ended mostly. */
  private async awaitChildren(job: WorkerJob, token: string): Promise<void> {
    if (!job.data.flow) return;
    const readiness = await this.children.readinessOf(job.id ?? '', job.data.flow);
    if (readiness === 'waiting' && (await job.moveToWaitingChildren(token))) throw new WaitingChildrenError();
    if (typeof readiness === 'object') throw new FinalError('child-failed', `Its child ${readiness.failedChild} failed.`);
  }
}

/** Milliseconds an attempt may take; 0 for a job type that nobody knows. */
export function timeoutOf(job: WorkerJob): number {
  return job.data.timeout ?? findJobDefinition(job.name)?.timeout ?? 0;
}

/** @throws FinalError `expired`: no attempt, first or later, starts after the time that the submission named */
function checkStartBy(startBy: number | undefined): void {
  if (startBy === undefined || Date.now() <= startBy) return;
  throw new FinalError('expired', `No attempt was to start after ${new Date(startBy).toISOString()}.`);
}
