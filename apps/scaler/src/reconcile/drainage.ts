import type { Drains, WorkerInfo } from '@dts/queue';

/** What came of one look at who is to go. */
export interface Drained {
  /** They have finished, and may be taken away. */
  readonly leaving: readonly WorkerInfo[];
  /** They took longer than they may: their drain was undone. */
  readonly givenUp: readonly WorkerInfo[];
}

/**
 * Who of a pool is wished to drain. The least busy go first; a wish is kept until its worker is gone, taken back when fewer are
 * to go, and given up when the drain takes too long: no job is interrupted for it.
 */
export class Drainage {
  /** By worker, since when. */
  private readonly wished = new Map<string, number>();
  /** By worker, until when it is left alone after a drain that took too long. */
  private readonly spared = new Map<string, number>();

  /** @param wishMs milliseconds for which a wish stands that is not repeated: workers go on that much after their scaler has died */
  constructor(
    private readonly drains: Drains,
    private readonly wishMs: number,
  ) {}

  /** How many are wished to drain. */
  get count(): number {
    return this.wished.size;
  }

  has(worker: WorkerInfo): boolean {
    return this.wished.has(worker.id);
  }

  /** For a term that begins: others may have changed everything. */
  reset(): void {
    this.wished.clear();
  }

  /** Takes over the wishes of an earlier leader, and forgets those of workers that are gone. */
  async take(workers: readonly WorkerInfo[], now: number): Promise<void> {
    const there = new Set(workers.map(({ id }) => id));
    for (const id of this.wished.keys()) if (!there.has(id)) this.wished.delete(id);
    const strange = workers.filter((worker) => worker.draining && !this.has(worker));
    const wanted = await Promise.all(strange.map(({ id }) => this.drains.isWanted(id)));
    for (const [index, { id }] of strange.entries()) if (wanted[index]) this.wished.set(id, now);
  }

  /** @param count how many are to go @param deadlineMs that a drain may take */
  async aim(count: number, workers: readonly WorkerInfo[], deadlineMs: number, now: number): Promise<Drained> {
    const givenUp = workers.filter((worker) => now - (this.wished.get(worker.id) ?? now) > deadlineMs && !worker.drained);
    for (const { id } of givenUp) this.spared.set(id, now + deadlineMs);
    const candidates = workers.filter((worker) => this.mayGo(worker, now)).toSorted((a, b) => this.compare(a, b));
    const chosen = candidates.slice(0, Math.max(0, count));
    const dropped = workers.filter((worker) => this.has(worker) && !chosen.includes(worker));
    await Promise.all([...chosen.map(({ id }) => this.wish(id, now)), ...dropped.map(({ id }) => this.takeBack(id))]);
    return { leaving: chosen.filter(({ drained }) => drained === true), givenUp };
  }

  /** They have been taken away. */
  forget(workers: readonly WorkerInfo[]): void {
    for (const { id } of workers) this.wished.delete(id);
  }

  /** One that drains by itself is on its way out already. */
  private mayGo(worker: WorkerInfo, now: number): boolean {
    return (this.spared.get(worker.id) ?? 0) <= now && (this.has(worker) || !worker.draining);
  }

  /** Those whose drain is under way stay chosen; then the least busy, and of these the youngest. */
  private compare(a: WorkerInfo, b: WorkerInfo): number {
    return Number(this.has(b)) - Number(this.has(a)) || busyOf(a) - busyOf(b) || b.startedAt - a.startedAt || (a.id < b.id ? -1 : 1);
  }

  private async wish(id: string, now: number): Promise<void> {
    await this.drains.request(id, this.wishMs);
    if (!this.wished.has(id)) this.wished.set(id, now);
  }

  private async takeBack(id: string): Promise<void> {
    await this.drains.revoke(id);
    this.wished.delete(id);
  }
}

function busyOf({ queues }: WorkerInfo): number {
  return queues.reduce((sum, { busy }) => sum + busy, 0);
}
