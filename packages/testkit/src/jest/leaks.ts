import { setTimeout as delay } from 'node:timers/promises';

/** What would keep this process alive, by Node's name of the resource. Unreferenced ones do not count. */
const WATCHED = new Map([
  ['ProcessWrap', 'running child process'],
  ['TCPServerWrap', 'listening socket'],
  ['TCPSocketWrap', 'open connection'],
  ['Timeout', 'running timer'],
]);
const GRACE_MS = 2_000;
const POLL_MS = 20;

export type ResourceCounts = ReadonlyMap<string, number>;

export function resourceCounts(): ResourceCounts {
  const counts = new Map<string, number>();
  for (const resource of process.getActiveResourcesInfo()) {
    if (WATCHED.has(resource)) counts.set(resource, (counts.get(resource) ?? 0) + 1);
  }
  return counts;
}

/** Says what is there now and was not before; empty when nothing is. Sockets that are just closing get two seconds. */
export async function leaksSince(before: ResourceCounts): Promise<string> {
  const deadline = performance.now() + GRACE_MS;
  let leaks = describeGrowth(before, resourceCounts());
  while (leaks !== '' && performance.now() < deadline) {
    await delay(POLL_MS, undefined, { ref: false });
    leaks = describeGrowth(before, resourceCounts());
  }
  return leaks;
}

function describeGrowth(before: ResourceCounts, now: ResourceCounts): string {
  return [...WATCHED]
    .map(([resource, words]) => [(now.get(resource) ?? 0) - (before.get(resource) ?? 0), words] as const)
    .filter(([growth]) => growth > 0)
    .map(([growth, words]) => `${growth} × ${words}`)
    .join(', ');
}
