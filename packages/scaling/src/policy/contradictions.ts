import { z } from 'zod';
import { MOST_WORKERS, whole } from './fields.js';
import type { Problem } from './problem.js';

/** What can be compared of a pool that may have other problems, so that they are all told at once. */
const comparable = z.looseObject({
  queues: z.array(z.unknown()).catch([]),
  target: z.object({ namespace: z.string(), deployment: z.string() }).optional().catch(undefined),
  min: whole(0, MOST_WORKERS).catch(0),
  max: whole(1, MOST_WORKERS).catch(MOST_WORKERS),
  fallback: whole(0, MOST_WORKERS).catch(0),
});

type Comparable = z.output<typeof comparable> & { readonly pool: string; readonly kind: string | undefined };

/**
 * Settings of which each may be as it is, and not all of them together.
 * @param pools as they stand in the file
 * @param leased queues that no worker of ours serves
 */
export function contradictionsIn(pools: Readonly<Record<string, unknown>>, leased: readonly string[] = []): Problem[] {
  const known = Object.entries(pools).flatMap(([pool, data]) => {
    const parsed = comparable.safeParse(data);
    return parsed.success ? [{ ...parsed.data, pool, kind: kindOf(data) }] : [];
  });
  return [...known.flatMap(withinPool), ...known.flatMap((pool) => servedElsewhere(pool, leased)), ...betweenPools(known)];
}

function withinPool({ pool, min, max, fallback }: Comparable): Problem[] {
  const over = Object.entries({ min, fallback }).filter(([, value]) => value > max);
  return over.map(([setting, value]) => ({
    path: ['pools', pool, setting],
    message: `is ${value}, more than max, which is ${max}: lower ${setting} or raise max`,
  }));
}

function kindOf(pool: unknown): string | undefined {
  return z.object({ target: z.object({ kind: z.string() }) }).safeParse(pool).data?.target.kind;
}

function servedElsewhere({ pool, queues, kind }: Comparable, leased: readonly string[]): Problem[] {
  if (kind !== 'local-process') return [];
  return [...queues.entries()].flatMap(([index, queue]) =>
    leased.some((name) => name === queue)
      ? [{ path: ['pools', pool, 'queues', index], message: `${queue} is leased by workers elsewhere: local processes cannot serve it` }]
      : [],
  );
}

/** A queue that two pools serve, or a target that two set, would be scaled by two who do not know of each other. */
function betweenPools(pools: readonly Comparable[]): Problem[] {
  const owners = new Map<string, string>();
  const claim = (thing: string, pool: string, ...path: readonly PropertyKey[]): Problem[] => {
    const owner = owners.get(thing);
    owners.set(thing, owner ?? pool);
    return owner === undefined
      ? []
      : [{ path: ['pools', pool, ...path], message: `${thing} belongs to the pool ${owner} already: leave it to one` }];
  };
  return pools.flatMap(({ pool, queues, target }) => [
    ...queues.flatMap((queue, index) => (typeof queue === 'string' ? claim(`the queue ${queue}`, pool, 'queues', index) : [])),
    ...(target ? claim(`the deployment ${target.namespace}/${target.deployment}`, pool, 'target') : []),
  ]);
}
