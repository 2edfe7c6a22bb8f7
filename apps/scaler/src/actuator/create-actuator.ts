import { type QueueChoice, type WorkerInfo } from '@dts/queue';
import type { Logger } from '@dts/runtime';
import type { PoolPolicy } from '@dts/scaling';
import type { KubernetesApi } from '../kubernetes/kubernetes-api.js';
import type { Actuator } from './actuator.js';
import { DryRun } from './dry-run.js';
import { KubernetesActuator } from './kubernetes/kubernetes-actuator.js';
import { LocalProcess } from './local-process/local-process.js';
import type { Supervisor } from './local-process/supervisor.js';

/** What actuators are made of. */
export interface ActuatorContext {
  readonly logger: Logger;
  readonly supervisor: Supervisor;
  /** Slots of a worker by queue, where the environment says something of them. */
  readonly choices: readonly QueueChoice[];
  /** Workers heard of now. */
  readonly workers: () => readonly WorkerInfo[];
  /** Throws where no Kubernetes is within reach. */
  readonly kubernetes: () => KubernetesApi;
}

export function createActuator({ pool, queues, target }: PoolPolicy, context: ActuatorContext): Actuator {
  switch (target.kind) {
    case 'dry-run':
      return new DryRun(pool, () => servingAny(queues, context.workers()), context.logger);
    case 'local-process':
      return new LocalProcess({ pool, queues: queuesSetting(queues, context.choices) }, context.supervisor);
    case 'kubernetes':
      return new KubernetesActuator(context.kubernetes, target, context.logger);
  }
}

function servingAny(queues: readonly string[], workers: readonly WorkerInfo[]): number {
  return workers.filter((worker) => worker.queues.some(({ queue }) => queues.includes(queue))).length;
}

/** What a worker of these queues gets as QUEUES: the same in whatever order a policy names them. */
export function queuesSetting(queues: readonly string[], choices: readonly QueueChoice[]): string {
  return queues
    .toSorted()
    .map((queue) => {
      const choice = choices.find((known) => known.queue === queue);
      return choice ? `${queue}:${choice.concurrency}` : queue;
    })
    .join(',');
}
