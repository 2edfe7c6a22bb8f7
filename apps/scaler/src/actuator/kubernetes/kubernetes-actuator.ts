import type { WorkerInfo } from '@dts/queue';
import type { Logger } from '@dts/runtime';
import type { KubernetesApi } from '../../kubernetes/kubernetes-api.js';
import { type Actuator, ActuatorRefusal, type ScaleChange, type TargetState } from '../actuator.js';
import { DELETION_COST, isLeft, LOWEST_COST, marksFor, staying } from './leaving-pods.js';
import { findRefusal } from './ownership.js';
import { type DeploymentName, pathsOf } from './paths.js';
import { type Deployment, deployment, type Pod, podList } from './resources.js';
import { isSettled } from './rollout.js';
import { type Scaled, scaleEvent } from './scale-event.js';
import { toQuery } from './selector.js';

/**
 * Sets the number of a Deployment's pods. Which of them go is decided by marking them just before, with the lowest
 * pod-deletion-cost (KEP-2255): the ReplicaSet's controller takes those first. A worker's `host` is its pod's name.
 */
export class KubernetesActuator implements Actuator {
  readonly reach = 'shared';
  private readonly paths;
  private highestFence = 0;
  private pods: ReadonlySet<string> = new Set();

  /** @param open throws where no Kubernetes is within reach: then the target cannot be read */
  constructor(
    private readonly open: () => KubernetesApi,
    private readonly target: DeploymentName,
    private readonly logger: Logger,
  ) {
    this.paths = pathsOf(target);
  }

  /** @throws Error when it is not there, or cannot be read */
  async read(): Promise<TargetState> {
    const read = await this.readDeployment();
    const [pods, refusal] = await Promise.all([this.podsOf(read), findRefusal(this.api, this.target)]);
    this.pods = new Set(staying(pods, read.spec.replicas));
    return { replicas: read.spec.replicas, settled: isSettled(read), refusal };
  }

  owns(worker: WorkerInfo): boolean {
    return this.pods.has(worker.host);
  }

  /**
   * Writes on what it has just read: a change that somebody else made meanwhile makes it fail, and is not undone.
   * @throws ActuatorRefusal when somebody else scales it; Error when others than `leaving` would go, or it cannot be written
   */
  async scale({ replicas, leaving, fence, reason }: ScaleChange): Promise<void> {
    if (fence < this.highestFence) throw new Error(`another scaler leads: token ${fence} is lower than ${this.highestFence}`);
    this.highestFence = fence;
    const refusal = await findRefusal(this.api, this.target);
    if (refusal !== null) throw new ActuatorRefusal(refusal);
    const read = await this.readDeployment();
    const from = read.spec.replicas;
    if (replicas === from) return;
    if (from - replicas !== leaving.length && replicas < from) {
      throw new Error(`from ${from} to ${replicas} workers with ${leaving.length} that leave: the Deployment has changed meanwhile`);
    }
    if (leaving.length > 0 && !isSettled(read)) throw new Error('the Deployment is being rolled out');
    const hosts = leaving.map(({ host }) => host);
    await this.mark(await this.podsOf(read), hosts);
    await this.write(read, replicas, hosts);
    await this.tell(read, { from, to: replicas, reason });
  }

  /** What it speaks through is not its own. */
  async close(): Promise<void> {}

  private get api(): KubernetesApi {
    return this.open();
  }

  private async readDeployment(): Promise<Deployment> {
    return this.api.get(this.paths.self, deployment);
  }

  private async podsOf({ spec }: Deployment): Promise<Pod[]> {
    const { items } = await this.api.get(this.paths.pods(toQuery(spec.selector)), podList);
    return items.filter(isLeft);
  }

  private async mark(pods: readonly Pod[], leaving: readonly string[]): Promise<void> {
    const { mark, unmark } = marksFor(pods, leaving);
    await this.setCost(unmark, null);
    await this.setCost(mark, LOWEST_COST);
  }

  private async setCost(pods: readonly string[], cost: string | null): Promise<void> {
    const patch = { metadata: { annotations: { [DELETION_COST]: cost } } };
    await Promise.all(pods.map((name) => this.api.patch(this.paths.pod(name), patch)));
  }

  private async write({ metadata }: Deployment, replicas: number, marked: readonly string[]): Promise<void> {
    const { name, resourceVersion } = metadata;
    const identity = { name, namespace: this.target.namespace, resourceVersion };
    try {
      await this.api.replace(this.paths.scale, { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: identity, spec: { replicas } });
    } catch (error) {
      // The next attempt, by whomever, does it as well; but until then these would be the first to go.
      await this.setCost(marked, null).catch(() => {});
      throw error;
    }
  }

  /** What was done is done, whether or not it can be told. */
  private async tell({ metadata }: Deployment, scaled: Scaled): Promise<void> {
    try {
      await this.api.create(this.paths.events, scaleEvent(this.target, metadata.uid, scaled, new Date()));
    } catch (error) {
      this.logger.warn({ err: error, ...this.target }, 'the change of a Deployment was made, but its Event was not stored');
    }
  }
}
