import { z } from 'zod';
import { microTime } from '../kubernetes/micro-time.js';

/** Rises from leader to leader. The Lease's own count of transitions would begin again where somebody deletes it. */
const TOKEN = 'dts/leader-token';

/** Of coordination.k8s.io/v1. What others have put into it stays in it. */
export const lease = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string().optional(), annotations: z.record(z.string(), z.string()).default({}) }),
  spec: z
    .looseObject({
      /** Empty, or not there, when it was given up. */
      holderIdentity: z.string().nullish(),
      leaseDurationSeconds: z.int().nullish(),
      leaseTransitions: z.int().nullish(),
    })
    .prefault({}),
});
export type Lease = z.output<typeof lease>;

/** Milliseconds. */
export interface LeaseTimes {
  /** For so long after its last sign of life nobody takes the lead from who has it. */
  readonly lease: number;
  /** Who could not renew for so long leads no more: well before another may. */
  readonly renewDeadline: number;
  readonly retry: number;
}

/** Those of Kubernetes' own components (client-go's leader election). */
export const LEASE_TIMES: LeaseTimes = { lease: 15_000, renewDeadline: 10_000, retry: 2_000 };

/** When this process first saw a Lease as it is, by a clock that only goes forward: clocks of others are not trusted. */
export interface Sighting {
  readonly version: string | undefined;
  readonly at: number;
}

export function sight({ metadata }: Lease, before: Sighting | undefined, now: number): Sighting {
  return before && before.version === metadata.resourceVersion ? before : { version: metadata.resourceVersion, at: now };
}

/** What `me` may do with a Lease: renew what is mine, take what is free or has not been renewed in time, or wait. */
export function moveOn({ spec }: Lease, seen: Sighting, me: string, now: number): 'renew' | 'take' | 'wait' {
  if (spec.holderIdentity === me) return 'renew';
  const durationMs = (spec.leaseDurationSeconds ?? 0) * 1_000;
  return !spec.holderIdentity || now - seen.at >= durationMs ? 'take' : 'wait';
}

/** Its holder's fencing token; 0 when it has none. */
export function tokenOf({ metadata }: Lease): number {
  return Number(metadata.annotations[TOKEN] ?? 0);
}

/** A Lease with a new holder, or a new Lease. */
export function taken({ metadata, spec, ...rest }: Lease, me: string, times: LeaseTimes, now: Date): Lease {
  const token = Math.max(tokenOf({ metadata, spec }) + 1, now.getTime());
  const holder = { holderIdentity: me, leaseDurationSeconds: Math.ceil(times.lease / 1_000) };
  const since = { acquireTime: microTime(now), renewTime: microTime(now), leaseTransitions: (spec.leaseTransitions ?? -1) + 1 };
  return {
    ...rest,
    metadata: { ...metadata, annotations: { ...metadata.annotations, [TOKEN]: String(token) } },
    spec: { ...spec, ...holder, ...since },
  };
}

export function renewed(mine: Lease, now: Date): Lease {
  return { ...mine, spec: { ...mine.spec, renewTime: microTime(now) } };
}

/** Free for all, at once. */
export function released(mine: Lease, now: Date): Lease {
  return { ...mine, spec: { ...mine.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(now) } };
}
