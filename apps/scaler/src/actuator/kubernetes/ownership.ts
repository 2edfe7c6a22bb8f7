import type { KubernetesApi } from '../../kubernetes/kubernetes-api.js';
import { type DeploymentName, pathsOf } from './paths.js';
import { owners } from './resources.js';

/**
 * Two that scale one Deployment pull it to and fro, so a HorizontalPodAutoscaler or a ScaledObject that does has it alone.
 * @returns which one has it, and what to do; null when nobody has
 * @throws Error when that cannot be told
 */
export async function findRefusal(api: KubernetesApi, target: DeploymentName): Promise<string | null> {
  const paths = pathsOf(target);
  // Where KEDA is not installed there is no such list.
  const [autoscalers, scaledObjects] = await Promise.all([api.get(paths.autoscalers, owners), api.find(paths.scaledObjects, owners)]);
  // What KEDA scales has both, and it is the ScaledObject that a person made.
  const lists = { ScaledObject: scaledObjects?.items ?? [], HorizontalPodAutoscaler: autoscalers.items };
  for (const [kind, items] of Object.entries(lists)) {
    const owner = items.find(({ spec }) => spec.scaleTargetRef.kind === 'Deployment' && spec.scaleTargetRef.name === target.deployment);
    if (owner) return refusal(target, kind, owner.metadata.name);
  }
  return null;
}

function refusal({ namespace, deployment }: DeploymentName, kind: string, name: string): string {
  return `Deployment ${namespace}/${deployment} is scaled by the ${kind} ${namespace}/${name}: delete that, or take the pool's target out of the policy`;
}
