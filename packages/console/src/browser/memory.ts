import type { Decision, Moment } from '../feed.js';

/** Milliseconds that charts look back. */
export const LOOK_BACK_MS = 15 * 60_000;
const MOST_DECISIONS = 1_000;

/** What the page knows of the time that its charts show. */
export class Memory {
  moments: readonly Moment[] = [];
  decisions: readonly Decision[] = [];

  begin(history: readonly Moment[]): void {
    this.moments = history;
    this.decisions = [];
  }

  add(moment: Moment, decisions: readonly Decision[]): void {
    const last = this.moments.at(-1)?.at ?? 0;
    if (moment.at > last) this.moments = [...this.moments, moment].filter(({ at }) => at >= moment.at - LOOK_BACK_MS);
    this.decisions = [...this.decisions, ...decisions].slice(-MOST_DECISIONS);
  }

  /** Decisions that change something, the newest first. One that nobody carries out is made again and again, and told once. */
  changes(): Decision[] {
    const last = new Map<string, Decision>();
    const changes = this.decisions.filter((decision) => {
      const before = last.get(decision.pool);
      last.set(decision.pool, decision);
      const isSame = before?.current === decision.current && before.desired === decision.desired;
      return decision.desired !== null && decision.desired !== decision.current && !isSame;
    });
    return changes.toReversed();
  }
}
