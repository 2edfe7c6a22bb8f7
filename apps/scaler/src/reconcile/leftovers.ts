import type { WorkerInfo } from '@dts/queue';
import type { Logger } from '@dts/runtime';
import type { PoolPolicy } from '@dts/scaling';
import { LocalProcess } from '../actuator/local-process/local-process.js';
import type { LocalPlace, Supervisor } from '../actuator/local-process/supervisor.js';
import type { Drainage } from './drainage.js';

/** Milliseconds that a drain may take before the jobs are let be for a while: as long as a pool's own, unless it says otherwise. */
const DEADLINE_MS = 600_000;

interface Leftover {
  readonly place: LocalPlace;
  readonly target: LocalProcess;
  readonly drainage: Drainage;
}

export interface LeftoverParts {
  readonly supervisor: Supervisor;
  readonly logger: Logger;
  /** What the workers of such a pool get as QUEUES. */
  readonly queuesOf: (policy: PoolPolicy) => string;
  readonly openDrainage: () => Drainage;
}

/**
 * Worker processes of pools that the policy has no more, or has with other queues: nobody counts them, and they would work on
 * for ever. They finish what they run, and go. Only this process can reach them, so it does that whether or not it leads.
 */
export class Leftovers {
  private readonly known = new Map<string, Leftover>();

  constructor(private readonly parts: LeftoverParts) {}

  /** @param workers of the registry; nobody is taken away while they are not known @throws Error when the supervisor does not answer */
  async round(policies: readonly PoolPolicy[], workers: readonly WorkerInfo[] | Error, now: number): Promise<void> {
    const places = (await this.parts.supervisor.pools()).filter((place) => !this.isKept(place, policies));
    this.keep(places);
    if (workers instanceof Error) return;
    await Promise.all([...this.known.values()].map((leftover) => this.takeAway(leftover, workers, now)));
  }

  /** A pool that is only to be watched for now keeps its workers as they are. */
  private isKept({ pool, queues }: LocalPlace, policies: readonly PoolPolicy[]): boolean {
    const policy = policies.find((known) => known.pool === pool);
    return policy?.target.kind === 'dry-run' || (policy?.target.kind === 'local-process' && this.parts.queuesOf(policy) === queues);
  }

  private keep(places: readonly LocalPlace[]): void {
    const ids = new Map(places.map((place) => [JSON.stringify([place.pool, place.queues]), place]));
    for (const id of this.known.keys()) if (!ids.has(id)) this.known.delete(id);
    for (const [id, place] of ids) if (!this.known.has(id)) this.known.set(id, this.open(place));
  }

  private open(place: LocalPlace): Leftover {
    this.parts.logger.info(place, 'no pool of the policy has these worker processes: they finish what they run, and go');
    return { place, target: new LocalProcess(place, this.parts.supervisor), drainage: this.parts.openDrainage() };
  }

  private async takeAway({ place, target, drainage }: Leftover, workers: readonly WorkerInfo[], now: number): Promise<void> {
    const { replicas } = await target.read();
    const own = workers.filter((worker) => target.owns(worker));
    await drainage.take(own, now);
    const { leaving } = await drainage.aim(own.length, own, DEADLINE_MS, now);
    if (leaving.length === 0) return;
    await target.scale({ replicas: replicas - leaving.length, leaving, fence: 0, reason: 'its pool is not in the policy' });
    drainage.forget(leaving);
    this.parts.logger.info({ ...place, from: replicas, to: replicas - leaving.length }, 'scaled down: its pool is not in the policy');
  }
}
