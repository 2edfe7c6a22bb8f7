import type { PoolPolicy } from '../pool-policy.js';
import type { Problem } from './problem.js';

/** What each setting allows by itself and not all of them together. */
export function contradictionsIn(policies: readonly PoolPolicy[]): Problem[] {
  return [...policies.flatMap(withinPool), ...betweenPools(policies)];
}

function withinPool({ pool, queues, min, max, fallback }: PoolPolicy): Problem[] {
  const problems: Problem[] = [];
  const report = (setting: string, message: string) => problems.push({ path: ['pools', pool, setting], message });
  if (queues.length === 0) report('queues', 'is empty: name at least one queue');
  if (min > max) report('min', `is ${min}, more than max, which is ${max}: lower min or raise max`);
  if (fallback > max) report('fallback', `is ${fallback}, more than max, which is ${max}: lower fallback or raise max`);
  return problems;
}

/** A queue that two pools serve, or a target that two pools set, would be scaled by two who do not know of each other. */
function betweenPools(policies: readonly PoolPolicy[]): Problem[] {
  const owners = new Map<string, string>();
  const claim = (thing: string, pool: string, path: readonly PropertyKey[]): Problem[] => {
    const owner = owners.get(thing);
    owners.set(thing, owner ?? pool);
    return owner === undefined ? [] : [{ path: ['pools', pool, ...path], message: `${thing} belongs to the pool ${owner} already: leave it to one` }];
  };
  return policies.flatMap(({ pool, queues, target }) => [
    ...queues.flatMap((queue, index) => claim(`the queue ${queue}`, pool, ['queues', index])),
    ...(target.kind === 'kubernetes' ? claim(`the deployment ${target.namespace}/${target.deployment}`, pool, ['target']) : []),
  ]);
}
