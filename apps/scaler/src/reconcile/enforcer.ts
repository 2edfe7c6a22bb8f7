import type { WorkerInfo } from '@dts/queue';
import type { Logger } from '@dts/runtime';
import type { Decision, PoolPolicy } from '@dts/scaling';
import { type Actuator, ActuatorRefusal, type TargetState } from '../actuator/actuator.js';
import type { Drainage } from './drainage.js';

/** A decision, and what it is to be carried out on. */
export interface Order {
  readonly decision: Decision;
  readonly policy: PoolPolicy;
  readonly target: TargetState;
  /** The pool's; undefined while they are not known. */
  readonly workers: readonly WorkerInfo[] | undefined;
  /** Undefined while this process does not lead. */
  readonly token: number | undefined;
  readonly now: number;
}

export type Direction = 'up' | 'down';

/** Told of every change of a target. */
export type OnScale = (pool: string, direction: Direction, error?: Error) => void;

/** Carries decisions out: workers are added at once, and taken away once they have drained. */
export class Enforcer {
  constructor(
    private readonly actuator: Actuator,
    private readonly drainage: Drainage,
    private readonly logger: Logger,
    private readonly onScale: OnScale,
  ) {}

  /** @throws ActuatorRefusal when the target is not this scaler's, Error when something did not work */
  async enforce(order: Order): Promise<void> {
    const { policy, target, token } = order;
    const isOurs = policy.mode === 'enforce' && target.refusal === null;
    if (!isOurs) await this.drain(0, order);
    if (policy.mode === 'enforce' && target.refusal !== null) throw new ActuatorRefusal(target.refusal);
    if (!isOurs || token === undefined) return this.standBy(order);
    const { desired } = order.decision;
    if (desired === null) return;
    const surplus = order.target.replicas - desired;
    if (surplus < 0 || (surplus > 0 && this.actuator.reach === 'none')) await this.scale(order, desired, []);
    if (this.actuator.reach !== 'none') await this.drain(Math.max(0, surplus), order);
  }

  /** What nobody else can reach has its minimum, whoever leads and in every mode, and its fallback while the load is unknown. */
  private async standBy(order: Order): Promise<void> {
    if (this.actuator.reach !== 'exclusive') return;
    const { decision, policy, target } = order;
    const fallsBack = policy.mode === 'enforce' && decision.signal.state === 'unknown';
    const least = fallsBack ? (decision.desired ?? policy.min) : policy.min;
    if (least > target.replicas) await this.scale(order, least, []);
  }

  private async drain(count: number, order: Order): Promise<void> {
    const { workers, policy, target, now } = order;
    if (!workers) return;
    const { leaving, givenUp } = await this.drainage.aim(count, workers, policy.drainDeadline, now);
    for (const { id } of givenUp) {
      this.logger.warn({ pool: policy.pool, worker: id }, `it has not drained within ${policy.drainDeadline} ms: it goes on fetching`);
    }
    if (leaving.length > 0) await this.scale(order, target.replicas - leaving.length, leaving);
  }

  private async scale({ decision, policy, target, token }: Order, replicas: number, leaving: readonly WorkerInfo[]): Promise<void> {
    const direction = replicas > target.replicas ? 'up' : 'down';
    const { reason } = decision;
    try {
      await this.actuator.scale({ replicas, leaving, fence: token ?? 0, reason });
      this.drainage.forget(leaving);
      if (this.actuator.reach === 'none') return; // it has said itself what it would do
      this.logger.info({ pool: policy.pool, from: target.replicas, to: replicas, reason }, `scaled ${direction}`);
      this.onScale(policy.pool, direction);
    } catch (error) {
      this.onScale(policy.pool, direction, error as Error);
      throw error;
    }
  }
}
