import type { QueueName } from '@dts/jobs';
import type { WorkerInfo } from '@dts/queue';
import { type Decided, type Decision, decide, initialState, type PoolPolicy, type PoolSignal, type PoolState } from '@dts/scaling';
import type { Actuator, TargetState } from '../actuator/actuator.js';
import { type PoolParts, toPoolSignal } from '../signal/pool-signal.js';
import type { Signal } from '../signal/signal.js';
import type { Drainage } from './drainage.js';
import type { Enforcer } from './enforcer.js';

/** What one reading has found that is the same for all pools. */
export interface Surroundings extends Pick<PoolParts, 'nextRuns' | 'choices'> {
  /** Unix milliseconds. */
  readonly at: number;
  /** Those in the registry; an error is why they are not known. */
  readonly workers: readonly WorkerInfo[] | Error;
  readonly signalOf: (queue: QueueName) => Signal;
  /** Milliseconds between two readings. */
  readonly intervalMs: number;
  /** The fencing token of this process; undefined while it does not lead. */
  readonly token: number | undefined;
}

/** What a round has come to. */
export interface Round {
  readonly signal: PoolSignal;
  /** Undefined where nothing is decided. */
  readonly decided: Decided | undefined;
  /** What the target is set to, those that drain included; null while that is not known. */
  readonly replicas: number | null;
  /** Ids of workers. */
  readonly draining: readonly string[];
  /** Why the decision could not be carried out. */
  readonly problem: string | undefined;
}

type Workers = readonly WorkerInfo[] | Error;
type Target = TargetState | Error;

/** Milliseconds after a load that was lost sight of in which no worker is taken away: a failover of Redis shows like that. */
const UNSETTLED_MS = 30_000;

/** One pool, round after round: read -> decide -> act. */
export class PoolReconciler {
  private state: PoolState = initialState();
  /** Unix milliseconds, of the first reading that failed. */
  private unknownSince: number | undefined;
  private unsettledUntil = 0;
  private wasKnown = false;

  constructor(
    private readonly actuator: Actuator,
    private readonly drainage: Drainage,
    private readonly enforcer: Enforcer,
  ) {}

  /** Goes on from what an earlier leader, or the present one, has left. */
  begin(state: PoolState | undefined): void {
    this.state = state ?? initialState();
    this.drainage.reset();
  }

  async round(policy: PoolPolicy, around: Surroundings): Promise<Round> {
    const target: Target = await this.actuator.read().catch((error: Error) => error);
    const workers = await this.ownWorkers(around);
    const signal = this.toSignal(policy, target, workers, around);
    const decided = decide(signal, this.state, policy, around.at);
    if (around.token !== undefined) this.state = decided.state;
    return {
      signal,
      decided: policy.mode === 'off' ? undefined : decided,
      replicas: target instanceof Error ? null : target.replicas,
      problem: await this.act(decided.decision, policy, target, workers, around),
      draining: workers instanceof Error ? [] : workers.filter((worker) => this.drainage.has(worker)).map(({ id }) => id),
    };
  }

  close(): Promise<void> {
    return this.actuator.close();
  }

  private async ownWorkers({ workers, token, at }: Surroundings): Promise<Workers> {
    if (workers instanceof Error) return workers;
    const own = workers.filter((worker) => this.actuator.owns(worker));
    if (token === undefined || this.actuator.reach === 'none') return own;
    return this.drainage.take(own, at).then(
      () => own,
      (error: Error) => error,
    );
  }

  /** Those that are wished to drain count as gone. */
  private toSignal({ pool, queues }: PoolPolicy, target: Target, workers: Workers, around: Surroundings): PoolSignal {
    const { at, nextRuns, choices, signalOf } = around;
    const signal = toPoolSignal({
      pool,
      at,
      nextRuns,
      choices,
      signals: queues.map((queue) => signalOf(queue as QueueName)),
      workers: workers instanceof Error ? workers : workers.filter((worker) => !this.drainage.has(worker)),
      target: target instanceof Error ? target : this.staying(target, at),
      failures: this.failures(around),
    });
    const isUnknown = signal.state === 'unknown';
    this.unknownSince = isUnknown ? (this.unknownSince ?? at) : undefined;
    this.wasKnown ||= !isUnknown;
    if (isUnknown && this.wasKnown) this.unsettledUntil = at + UNSETTLED_MS;
    return signal;
  }

  private staying({ replicas, settled }: TargetState, at: number): PoolParts['target'] {
    return { replicas: Math.max(0, replicas - this.drainage.count), settled: settled && at >= this.unsettledUntil };
  }

  /** Regular readings that have failed: in between it is tried more often. */
  private failures({ at, intervalMs }: Surroundings): number {
    return 1 + Math.floor((at - (this.unknownSince ?? at)) / intervalMs);
  }

  /** @returns why it could not be done */
  private async act(
    decision: Decision,
    policy: PoolPolicy,
    target: Target,
    workers: Workers,
    around: Surroundings,
  ): Promise<string | undefined> {
    if (target instanceof Error) return target.message;
    const order = {
      decision,
      policy,
      target,
      workers: workers instanceof Error ? undefined : workers,
      token: around.token,
      now: around.at,
    };
    return this.enforcer.enforce(order).then(
      () => undefined,
      (error: Error) => error.message,
    );
  }
}
