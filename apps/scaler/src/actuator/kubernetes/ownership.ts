import { ActuatorRefusal } from '../actuator.js';
import type { KubernetesApi } from './kubernetes-api.js';
import { type DeploymentName, pathsOf } from './paths.js';
import { owners } from './resources.js';

/**
 * Two that scale one Deployment pull it to and fro, so whoever came first has it.
 * @throws ActuatorRefusal when a HorizontalPodAutoscaler or a ScaledObject scales it
 * @throws Error when that cannot be told
 */
export async function refuseOwned(api: KubernetesApi, target: DeploymentName): Promise<void> {
  const paths = pathsOf(target);
  // Where KEDA is not installed there is no such list.
  const [autoscalers, scaledObjects] = await Promise.all([api.get(paths.autoscalers, owners), api.find(paths.scaledObjects, owners)]);
  const lists = { ScaledObject: scaledObjects?.items ?? [], HorizontalPodAutoscaler: autoscalers.items };
  for (const [kind, items] of Object.entries(lists)) {
    const owner = items.find(({ spec }) => spec.scaleTargetRef.kind === 'Deployment' && spec.scaleTargetRef.name === target.deployment);
    if (owner) throw refusal(target, kind, owner.metadata.name);
  }
}

function refusal({ namespace, deployment }: DeploymentName, kind: string, name: string): ActuatorRefusal {
  return new ActuatorRefusal(
    `Deployment ${namespace}/${deployment} is scaled by the ${kind} ${namespace}/${name}: delete that, or take the pool's target out of the policy`,
  );
}
