import type { Pod } from './resources.js';

/** A ReplicaSet takes the pods with the lowest cost first, of those that are ready. */
export const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
/** The lowest that there is, so that nothing that somebody else gave to a pod is lower. */
export const LOWEST_COST = '-2147483648';

export function isLeft({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp === undefined;
}

/**
 * What to mark so that exactly the pods named in `leaving` go, and what is marked from an attempt that came to nothing.
 * @param pods those of the Deployment that are not on their way out
 * @throws Error when others would go as well, or instead: nothing has been changed then, and the next reading knows more
 */
export function marksFor(pods: readonly Pod[], leaving: readonly string[]): { readonly mark: string[]; readonly unmark: string[] } {
  const names = new Set(pods.map(({ metadata }) => metadata.name));
  const strangers = leaving.filter((name) => !names.has(name));
  if (strangers.length > 0) throw new Error(`no pod of the Deployment: ${strangers.join(', ')}`);
  const others = pods.filter(({ metadata }) => !leaving.includes(metadata.name));
  const unready = leaving.length > 0 ? others.filter(goesFirst) : [];
  if (unready.length > 0) {
    throw new Error(`these pods are not ready and would go instead: ${unready.map(({ metadata }) => metadata.name).join(', ')}`);
  }
  const isMarked = ({ metadata }: Pod) => metadata.annotations[DELETION_COST] === LOWEST_COST;
  return { mark: [...leaving], unmark: others.filter(isMarked).map(({ metadata }) => metadata.name) };
}

/** A pod that runs and is not ready goes before any that is, whatever it costs, and may have jobs. One that is pending runs nothing yet. */
function goesFirst({ status }: Pod): boolean {
  const isReady = status.conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
  return status.phase !== 'Pending' && !isReady;
}
