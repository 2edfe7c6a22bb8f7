import type { Decision } from '@dts/scaling';
import { Injectable } from '@nestjs/common';

/** The last decision on each pool, in every process: its own where it leads, the leader's where it follows. */
@Injectable()
export class Board {
  private readonly decisions = new Map<string, Decision | undefined>();
  private readonly listeners = new Map<string, Set<() => void>>();

  /** Names of the pools in the policy that is in force. */
  pools(): readonly string[] {
    return [...this.decisions.keys()];
  }

  /** Undefined before the first. */
  latest(pool: string): Decision | undefined {
    return this.decisions.get(pool);
  }

  /** Calls back after each decision on the pool, and when the pool is gone. @returns ends that */
  subscribe(pool: string, listener: () => void): () => void {
    const listeners = this.listeners.get(pool) ?? new Set();
    this.listeners.set(pool, listeners.add(listener));
    return () => {
      listeners.delete(listener);
    };
  }

  /** These pools are in force, and no others. */
  keep(pools: readonly string[]): void {
    const gone = this.pools().filter((pool) => !pools.includes(pool));
    for (const pool of gone) {
      this.decisions.delete(pool);
      this.tell(pool);
    }
    for (const pool of pools) if (!this.decisions.has(pool)) this.decisions.set(pool, undefined);
  }

  /** Repeating the one that is there is no news. */
  post(decision: Decision): void {
    const before = this.decisions.get(decision.pool);
    if (!this.decisions.has(decision.pool) || before?.at === decision.at) return;
    this.decisions.set(decision.pool, decision);
    this.tell(decision.pool);
  }

  /** Nothing is decided on it any more: what was decided last is of no account. */
  retract(pool: string): void {
    if (this.decisions.get(pool) === undefined) return;
    this.decisions.set(pool, undefined);
    this.tell(pool);
  }

  private tell(pool: string): void {
    for (const listener of this.listeners.get(pool) ?? []) listener();
  }
}
