import type { QueueName } from '@dts/jobs';
import type { EarlyEnds } from '../retention/early-ends.js';
import type { WorkerJob } from './worker-job.js';

/** Notes which jobs were cancelled or have expired here. Nobody waits for it: should it fail, gateways find them. */
export class EndNotes {
  private readonly pending = new Set<Promise<void>>();

  constructor(private readonly ends: EarlyEnds) {}

  /** @param job one whose attempt has failed, whether or not it ended thereby */
  add(job: WorkerJob): void {
    const noted = this.ends.noteFailed(job.queueName as QueueName, job).catch(() => undefined);
    this.pending.add(noted);
    void noted.finally(() => this.pending.delete(noted));
  }

  /** Resolves when all that has ended here is noted. */
  async settled(): Promise<void> {
    await Promise.all(this.pending);
  }
}
