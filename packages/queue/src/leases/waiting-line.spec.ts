import { createSignal, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Lease, LeaseWorker } from './lease.js';
import { Waiter } from './waiter.js';
import { type JobSource, WaitingLine } from './waiting-line.js';

const worker = (id: string): LeaseWorker => ({ id, host: 'h', pid: 1, version: '1', slots: 100, busy: 0, memoryBytes: 0, startedAt: 0 });

/** A queue with so many jobs, which tells what was done to it. */
class Jobs implements JobSource {
  left = 0;
  /** For whom, in the order of the fetches. */
  readonly takes: string[] = [];
  waits = 0;
  passed = 0;
  fails = false;
  private woken = createSignal<boolean>('woken');

  async take(waiter: Waiter) {
    if (waiter.free <= 0) return undefined;
    waiter.claim();
    await new Promise(setImmediate);
    const lease = this.left > 0 ? ({ token: String(this.left--) } as Lease) : undefined;
    if (lease) this.takes.push(waiter.worker.id);
    waiter.receive(lease);
    if (this.fails) throw new Error('Redis is away');
    return lease ? undefined : {};
  }

  async wait(): Promise<boolean> {
    this.waits++;
    return this.woken.wait();
  }

  async passOn(): Promise<void> {
    this.passed++;
  }

  add(count: number): void {
    this.left += count;
    const { woken } = this;
    this.woken = createSignal<boolean>('woken');
    woken.set(true);
  }
}

describe('WaitingLine', () => {
  let jobs: Jobs;
  let line: WaitingLine;

  beforeEach(() => {
    jobs = new Jobs();
    line = new WaitingLine('external', jobs);
  });
  afterEach(() => line.stop());

  const join = (id: string, max = 1): Waiter => {
    const waiter = new Waiter(worker(id), ['external'], max);
    line.join(waiter);
    return waiter;
  };

  it('gives a job to whoever has waited longest', async () => {
    const waiters = ['a', 'b', 'c'].map((id) => join(id));
    await waitFor(() => jobs.waits === 1);
    for (const waiter of waiters) {
      jobs.add(1);
      await waiter.over;
    }
    expect(jobs.takes).toEqual(['a', 'b', 'c']);
  });

  it('gives everyone one before anyone another, and as many as were asked for', async () => {
    jobs.left = 9;
    const [few, many] = [join('few', 2), join('many', 100)];
    await Promise.all([few.over, many.over]);
    expect([few.leases.length, many.leases.length]).toEqual([2, 7]);
    expect(jobs.takes.slice(0, 4).sort()).toEqual(['few', 'few', 'many', 'many']);
  });

  it('waits once for all who wait', async () => {
    const waiters = Array.from({ length: 50 }, (_, index) => join(`w${index}`));
    await waitFor(() => jobs.waits === 1);
    jobs.add(50);
    await Promise.all(waiters.map(({ over }) => over));
    expect(jobs.waits).toBe(1);
  });

  it('asks once at least for one who does not wait, and takes one who leaves out of line', async () => {
    jobs.left = 1;
    const hasty = join('hasty');
    hasty.close();
    await hasty.over;
    expect(hasty.leases).toHaveLength(1);
    const leaves = join('leaves');
    await waitFor(() => jobs.waits === 1);
    leaves.close();
    await leaves.over;
    const stays = join('stays');
    jobs.add(1);
    await stays.over;
    expect([leaves.leases.length, stays.leases.length]).toEqual([0, 1]);
  });

  it('passes on that it was woken, where nobody waits any more', async () => {
    const leaves = join('leaves');
    await waitFor(() => jobs.waits === 1);
    leaves.close();
    await leaves.over;
    jobs.add(1);
    await waitFor(() => jobs.passed === 1);
  });

  it('tells those who wait that nobody knows, but not one who has something', async () => {
    jobs.fails = true;
    const lost = join('lost');
    await expect(lost.over).rejects.toMatchObject({ code: 'unavailable' });
    jobs.left = 1;
    const lucky = join('lucky');
    await lucky.over;
    expect(lucky.leases).toHaveLength(1);
  });
});
