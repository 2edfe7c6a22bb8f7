/** How much a number went up and down within a time, as the HPA counts it for its policies. */
export class RecentChanges {
  #changes: { readonly at: number; readonly by: number }[] = [];

  constructor(private readonly period: number) {}

  record(by: number, now: number): void {
    this.#changes = this.#changes.filter(({ at }) => at > now - this.period);
    if (by !== 0) this.#changes.push({ at: now, by });
  }

  added(now: number): number {
    return this.#sum(now, 1);
  }

  removed(now: number): number {
    return this.#sum(now, -1);
  }

  #sum(now: number, sign: 1 | -1): number {
    return this.#changes.reduce((sum, { at, by }) => (at > now - this.period ? sum + Math.max(0, sign * by) : sum), 0);
  }
}
