import type { KnownPool, QueueLoad } from './pool-signal.js';

/** What no pool can be like, for people; undefined where the numbers make sense. A decision on nonsense would be one, too. */
export function nonsenseIn({ queues, replicas }: KnownPool): string | undefined {
  if (!isCount(replicas)) return `${replicas} replicas make no sense`;
  return queues.map(nonsenseOf).find((problem) => problem !== undefined);
}

function nonsenseOf(load: QueueLoad): string | undefined {
  for (const [name, value] of Object.entries(load)) {
    if (typeof value === 'number' && !isCount(value)) return `${load.queue}: ${name} is ${value}, which makes no sense`;
  }
  if (load.slotsPerWorker < 1) return `${load.queue}: a worker has no slot`;
  return undefined;
}

/** Of something that can be counted or measured. */
export function isCount(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}
