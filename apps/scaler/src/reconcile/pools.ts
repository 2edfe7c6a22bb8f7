import { Drains, type WorkerInfo } from '@dts/queue';
import { LOGGER, type Logger } from '@dts/runtime';
import type { PoolPolicy } from '@dts/scaling';
import { Inject, Injectable } from '@nestjs/common';
import { createActuator, queuesSetting } from '../actuator/create-actuator.js';
import { Supervisor } from '../actuator/local-process/supervisor.js';
import { Connections } from '../connections.js';
import { SCALER_ENV, type ScalerEnv } from '../env.js';
import { Problem } from '../http/problem.js';
import { KubernetesConnection } from '../kubernetes/kubernetes-connection.js';
import { Drainage } from './drainage.js';
import { Enforcer } from './enforcer.js';
import { Leftovers } from './leftovers.js';
import { PoolReconciler, type Round } from './pool-reconciler.js';
import { RoundPublisher } from './round-publisher.js';

/** Milliseconds for which a wish to drain stands at least, and readings that may be missed before it ends. */
const SHORTEST_WISH_MS = 30_000;
const MISSED_READINGS = 3;

export interface RunningPool {
  policy: PoolPolicy;
  readonly reconciler: PoolReconciler;
  /** The last one. */
  round?: Round;
}

/** The pools that the policy has, each with what reads and changes its target. */
@Injectable()
export class Pools {
  /** In the registry, as of the last reading. */
  workers: readonly WorkerInfo[] = [];
  /** Local workers of pools that there were. */
  readonly leftovers: Leftovers;
  private readonly running = new Map<string, RunningPool>();
  private readonly supervisor = new Supervisor(process);
  private readonly drains: Drains;

  constructor(
    @Inject(SCALER_ENV) private readonly env: ScalerEnv,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly publisher: RoundPublisher,
    private readonly kubernetes: KubernetesConnection,
    { redis, prefix }: Connections,
  ) {
    this.drains = new Drains(redis, prefix);
    this.leftovers = new Leftovers({
      supervisor: this.supervisor,
      logger,
      queuesOf: ({ queues }) => queuesSetting(queues, env.QUEUES),
      openDrainage: () => this.openDrainage(),
    });
  }

  list(): RunningPool[] {
    return [...this.running.values()];
  }

  /** @throws Problem `pool-not-found` unless there is one of this name */
  require(pool: string): void {
    if (this.running.has(pool)) return;
    throw new Problem('pool-not-found', `There is no pool "${pool}". Known: ${[...this.running.keys()].join(', ')}.`);
  }

  /** Brings them in step with the policy. A pool whose target is another one now starts anew. */
  async keep(policies: readonly PoolPolicy[]): Promise<void> {
    const kept = new Map(policies.map((policy) => [policy.pool, policy]));
    for (const [pool, { policy }] of [...this.running]) {
      const next = kept.get(pool);
      if (!next || placeOf(next) !== placeOf(policy)) await this.drop(pool);
    }
    for (const policy of policies) {
      const known = this.running.get(policy.pool);
      if (known) known.policy = policy;
      else this.running.set(policy.pool, { policy, reconciler: this.create(policy) });
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.running.keys()].map((pool) => this.drop(pool)));
    this.supervisor.close();
  }

  private create(policy: PoolPolicy): PoolReconciler {
    const { logger, supervisor, env } = this;
    const actuator = createActuator(policy, {
      logger,
      supervisor,
      choices: env.QUEUES,
      workers: () => this.workers,
      kubernetes: () => this.kubernetes.api,
    });
    const drainage = this.openDrainage();
    return new PoolReconciler(actuator, drainage, new Enforcer(actuator, drainage, logger, this.publisher.scaled));
  }

  private openDrainage(): Drainage {
    return new Drainage(this.drains, Math.max(SHORTEST_WISH_MS, MISSED_READINGS * this.env.SIGNAL_INTERVAL));
  }

  private async drop(pool: string): Promise<void> {
    const { reconciler } = this.running.get(pool) ?? {};
    this.running.delete(pool);
    this.publisher.withdraw(pool);
    await reconciler?.close();
  }
}

/** What cannot change while a pool stays the same. */
function placeOf({ target, queues }: PoolPolicy): string {
  return JSON.stringify([target, queues]);
}
