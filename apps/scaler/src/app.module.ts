import { AuditLog, isAnswering } from '@dts/queue';
import {
  apiKeyProviders,
  counter,
  Draining,
  gauge,
  HealthController,
  LOGGER,
  type Logger,
  METRICS,
  metricsModule,
  PROCESS_PROBE,
  processMetrics,
  READINESS,
} from '@dts/runtime';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { Connections } from './connections.js';
import { Board } from './decisions/board.js';
import { DecisionStore } from './decisions/decision-store.js';
import { DecisionsController } from './decisions/decisions.controller.js';
import { createElection } from './election/create-election.js';
import { ELECTION } from './election/election.js';
import { SCALER_ENV, type ScalerEnv } from './env.js';
import { Access } from './http/access.js';
import { ProblemFilter } from './http/problem.js';
import { Keda } from './keda/keda.js';
import { POOL_SOURCE } from './keda/pool-source.js';
import { KubernetesConnection } from './kubernetes/kubernetes-connection.js';
import { FIRST_POLICY, loadFirstPolicy } from './policy/load-policy.js';
import { PolicySource } from './policy/policy-source.js';
import { PinsController } from './pools/pins.controller.js';
import { Pins } from './pools/pins.js';
import { PoolsController } from './pools/pools.controller.js';
import { Pools } from './reconcile/pools.js';
import { Reconciler } from './reconcile/reconciler.js';
import { RoundPublisher } from './reconcile/round-publisher.js';
import { SurroundingsReader } from './reconcile/surroundings.js';
import { RedisServerMetrics } from './redis-server/redis-server-metrics.js';
import { RedisServerWatch } from './redis-server/redis-server-watch.js';
import { FleetPublisher } from './signal/fleet-publisher.js';
import { Observer } from './signal/observer.js';
import { SignalPublisher } from './signal/publisher.js';

const metrics = [
  gauge(METRICS.queueJobs),
  gauge(METRICS.oldestWaiting),
  gauge(METRICS.delayedDue),
  gauge(METRICS.paused),
  gauge(METRICS.arrivalRate),
  counter(METRICS.signalFailures),
  gauge(METRICS.leader),
  gauge(METRICS.policyValid),
  gauge(METRICS.poolWorkers),
  gauge(METRICS.poolDraining),
  gauge(METRICS.poolRaw),
  gauge(METRICS.poolDesired),
  gauge(METRICS.poolStage),
  gauge(METRICS.poolPinned),
  gauge(METRICS.queueWorkers),
  gauge(METRICS.queueSlots),
  gauge(METRICS.queueBusySlots),
  gauge(METRICS.queueHeartbeat),
  gauge(METRICS.lastRound),
  gauge(METRICS.poolReady),
  gauge(METRICS.poolLimit),
  gauge(METRICS.poolPickUpTarget),
  gauge(METRICS.poolBlocked),
  gauge(METRICS.redisMemory),
  gauge(METRICS.redisMaxMemory),
  gauge(METRICS.redisAofEnabled),
  gauge(METRICS.redisAofWritable),
  gauge(METRICS.redisAofSynced),
  gauge(METRICS.redisRewriting),
  gauge(METRICS.redisClients),
  gauge(METRICS.redisReplicas),
  gauge(METRICS.redisStart),
  counter(METRICS.redisDelayedFsyncs),
  counter(METRICS.redisCommands),
  counter(METRICS.redisCpu),
  counter(METRICS.redisEvicted),
  counter(METRICS.decisions),
  counter(METRICS.scalings),
  counter(METRICS.kedaCalls),
  gauge(METRICS.kedaStreams),
];

/** What knows Redis by itself, on the connections of this process. */
const stored = [
  { provide: Pins, inject: [Connections], useFactory: ({ redis, prefix }: Connections) => new Pins(redis, prefix) },
  { provide: DecisionStore, inject: [Connections], useFactory: ({ redis, prefix }: Connections) => new DecisionStore(redis, prefix) },
  { provide: AuditLog, inject: [Connections], useFactory: ({ redis, prefix }: Connections) => new AuditLog(redis, prefix) },
  {
    provide: PROCESS_PROBE,
    inject: [Connections],
    useFactory: ({ redis, prefix }: Connections) => ({ app: 'scaler', isAnswering: () => isAnswering(redis, prefix) }),
  },
  {
    provide: ELECTION,
    inject: [SCALER_ENV, Connections, KubernetesConnection, LOGGER],
    useFactory: createElection,
  },
];

@Module({
  controllers: [HealthController, PoolsController, PinsController, DecisionsController],
  providers: [
    Connections,
    KubernetesConnection,
    PolicySource,
    Observer,
    SignalPublisher,
    FleetPublisher,
    RedisServerMetrics,
    RedisServerWatch,
    ...processMetrics,
    SurroundingsReader,
    Pools,
    RoundPublisher,
    Board,
    Reconciler,
    { provide: POOL_SOURCE, useExisting: Board },
    Keda,
    Draining,
    Access,
    ...stored,
    ...metrics,
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: READINESS, inject: [Reconciler], useFactory: (reconciler: Reconciler) => async () => reconciler.problems() },
  ],
})
class AppModule {}

/** The scaler, for one environment. @throws EnvError when its keys, or its policy, cannot be used */
export function appModule(env: ScalerEnv, logger: Logger): DynamicModule {
  return {
    module: AppModule,
    imports: [metricsModule(env)],
    providers: [
      { provide: SCALER_ENV, useValue: env },
      { provide: LOGGER, useValue: logger },
      ...apiKeyProviders(env, logger),
      { provide: FIRST_POLICY, useValue: loadFirstPolicy(env) },
    ],
  };
}
