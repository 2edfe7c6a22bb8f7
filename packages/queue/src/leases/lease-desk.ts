import type { LeasedQueueName } from '@dts/jobs';
import type { WorkerJob } from '../attempts/worker-job.js';
import { QueueError } from '../errors.js';
import { Loop } from '../loop.js';
import type { Lease, LeaseWorker } from './lease.js';
import type { LeaseWorkers } from './lease-workers.js';
import type { Quarantining } from './quarantining.js';
import type { Settlements } from './settlements.js';
import { Waiter } from './waiter.js';
import type { WaitingLine } from './waiting-line.js';

/** Milliseconds between two times that a worker which waits is told of to the registry. */
const HEARD_MS = 2_000;
/** Milliseconds for which a suspect is put off where its worker holds other jobs. */
const PUT_OFF_MS = 1_000;

/** Bytes of jobs' data in one answer: the first job is given however large it is, and what comes beyond goes back. */
const MOST_BYTES = 4 * 1024 * 1024;

export interface Asked {
  readonly worker: LeaseWorker;
  readonly queues: readonly LeasedQueueName[];
  /** Leases at most. */
  readonly max: number;
  /** Milliseconds to wait where there is no job. */
  readonly waitMs: number;
  /** Aborts when nobody waits for the answer any more. */
  readonly gone: AbortSignal;
}

export interface Given {
  readonly leases: readonly Lease[];
  /** The worker is to finish what it holds, and to ask no more. */
  readonly draining: boolean;
}

/** Where workers ask for jobs. */
export class LeaseDesk {
  private readonly waiting = new Set<Waiter>();
  private closed = false;

  constructor(
    private readonly lines: ReadonlyMap<LeasedQueueName, WaitingLine>,
    private readonly workers: LeaseWorkers,
    private readonly quarantining: Quarantining,
    private readonly settlements: Settlements,
    private readonly onQuarantined: (job: WorkerJob) => void,
  ) {}

  /** Everyone who waits is answered. */
  close(): void {
    this.closed = true;
    for (const waiter of this.waiting) waiter.dismiss();
  }

  /** A worker that is to drain waits no more: it would be given what it is not to take. */
  dismiss(workerId: string): void {
    for (const waiter of this.waiting) if (waiter.worker.id === workerId) waiter.dismiss();
  }

  async ask({ worker, queues, max, waitMs, gone }: Asked): Promise<Given> {
    const isToDrain = await this.workers.heard(worker, queues);
    if (isToDrain) return { leases: [], draining: true };
    if (this.closed) throw new QueueError('unavailable', 'This gateway is stopping.');
    const waiter = new Waiter(worker, queues, max);
    const draining = await this.wait(waiter, waitMs, gone);
    const leases = await this.bounded(await this.apart(waiter));
    if (gone.aborted) {
      await this.takeBack(leases);
      return { leases: [], draining };
    }
    if (leases.length > 0) this.workers.heard({ ...worker, busy: worker.busy + leases.length }, queues).catch(() => undefined);
    return { leases, draining };
  }

  /** Leases that their worker never heard of: as if nobody had fetched them. */
  async takeBack(leases: readonly Lease[]): Promise<void> {
    await Promise.allSettled(leases.map(({ job, secret }) => this.settlements.release(job, secret)));
  }

  /** @returns whether the worker is wished to drain by now */
  private async wait(waiter: Waiter, waitMs: number, gone: AbortSignal): Promise<boolean> {
    let draining = false;
    const close = () => waiter.close();
    const presence = new Loop(async () => {
      draining = await this.workers.waits(waiter.worker, waiter.queues).catch(() => false);
      if (draining) waiter.dismiss();
      return HEARD_MS;
    });
    const timer = setTimeout(close, waitMs);
    gone.addEventListener('abort', close);
    presence.start(HEARD_MS);
    this.waiting.add(waiter);
    for (const queue of waiter.queues) this.lines.get(queue)?.join(waiter);
    try {
      await waiter.over;
      return draining;
    } finally {
      clearTimeout(timer);
      void presence.stop();
      gone.removeEventListener('abort', close);
      this.waiting.delete(waiter);
    }
  }

  /** The earliest of what goes back goes last: each goes to the head of its queue. */
  private async bounded(leases: readonly Lease[]): Promise<readonly Lease[]> {
    let size = 0;
    const most = leases.findIndex((lease, index) => {
      size += lease.size;
      return index > 0 && size > MOST_BYTES;
    });
    if (most === -1) return leases;
    await this.takeBack(leases.slice(most).reverse());
    return leases.slice(0, most);
  }

  /** A suspect runs alone: what was fetched beside it goes back. A worker that holds other jobs is given none. */
  private async apart({ leases, worker }: Waiter): Promise<readonly Lease[]> {
    const suspects = leases.filter(({ quarantine }) => quarantine);
    const [alone] = suspects;
    if (!alone) return leases;
    const others = leases.filter((lease) => lease !== alone);
    if (worker.busy === 0) {
      await Promise.all([this.quarantining.beginAlone(alone.job), this.takeBack(others)]);
      this.onQuarantined(alone.job);
      return [alone];
    }
    const kept = await Promise.all(leases.map(async (lease) => (lease.quarantine && (await this.putOff(lease)) ? [] : [lease])));
    return kept.flat();
  }

  private async putOff(lease: Lease): Promise<boolean> {
    const { job, secret } = lease;
    if (!(await this.quarantining.putOff(job))) return false;
    await this.settlements.putOff(job, secret, PUT_OFF_MS);
    return true;
  }
}
