import type { Logger } from '@dts/runtime';
import type { Connections } from '../connections.js';
import type { ScalerEnv } from '../env.js';
import type { KubernetesConnection } from '../kubernetes/kubernetes-connection.js';
import type { Election } from './election.js';
import { LeaseElection } from './lease-election.js';
import { leaseName } from './lease-env.js';
import { RedisElection } from './redis-election.js';

/** @throws EnvError for a Lease where no Kubernetes is within reach */
export function createElection(env: ScalerEnv, connections: Connections, kubernetes: KubernetesConnection, logger: Logger): Election {
  if (env.SCALER_ELECTION === 'lease') return new LeaseElection(connections.id, kubernetes.api, leaseName(env), logger);
  return new RedisElection(connections.id, connections.redis, connections.prefix, logger);
}
