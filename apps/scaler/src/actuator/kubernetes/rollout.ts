import type { Deployment } from './resources.js';

/**
 * Whether every pod is of the Deployment's present template and available: what `kubectl rollout status` waits for. One
 * that gave up waiting for pods (no room for them, say) counts as well, or a pool that grew too far could never shrink.
 */
export function isSettled({ metadata, spec, status }: Deployment): boolean {
  if (status.observedGeneration < metadata.generation) return false;
  const allOfThisTemplate = status.replicas === status.updatedReplicas;
  const allThere = status.updatedReplicas === spec.replicas && status.availableReplicas >= spec.replicas;
  return allOfThisTemplate && (allThere || gaveUp(status));
}

function gaveUp({ conditions }: Deployment['status']): boolean {
  return conditions.some(
    ({ type, status, reason }) => type === 'Progressing' && status === 'False' && reason === 'ProgressDeadlineExceeded',
  );
}
