import type { WorkerOptions } from 'bullmq';
import { EagerWorker } from './eager-worker.js';
import type { Executor } from './executor.js';
import type { WorkerJob } from './worker-job.js';

const SANDBOX = new URL('./sandbox.js', import.meta.url);

/** BullMQ's worker with threads, and our execution on this side of them. */
export class SandboxedWorker extends EagerWorker {
  constructor(
    queue: string,
    private readonly executor: Executor,
    options: WorkerOptions,
    slots: () => number,
  ) {
    super(queue, SANDBOX, options, slots);
  }

  protected override callProcessJob(job: WorkerJob, token: string, signal?: AbortSignal): Promise<unknown> {
    return this.executor.execute(job, token, signal, (_payload, context) => super.callProcessJob(job, token, context.signal));
  }
}
