import { microTime } from '../actuator/kubernetes/micro-time.js';
import type { Lease } from '../actuator/kubernetes/resources.js';

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
  readonly version: string;
  readonly at: number;
}

export function sight(found: Lease, before: Sighting | undefined, now: number): Sighting {
  const version = found.metadata.resourceVersion;
  return before?.version === version ? before : { version, at: now };
}

/** What `me` may do with a Lease: renew what is mine, take what is free or has not been renewed in time, or wait. */
export function moveOn({ spec }: Lease, seen: Sighting, me: string, now: number): 'renew' | 'take' | 'wait' {
  if (spec.holderIdentity === me) return 'renew';
  const isFree = !spec.holderIdentity;
  const durationMs = (spec.leaseDurationSeconds ?? 0) * 1_000;
  return isFree || now - seen.at >= durationMs ? 'take' : 'wait';
}

type Spec = Lease['spec'];

export function taken(previous: Spec | undefined, me: string, times: LeaseTimes, now: Date): Spec {
  return {
    holderIdentity: me,
    leaseDurationSeconds: Math.ceil(times.lease / 1_000),
    acquireTime: microTime(now),
    renewTime: microTime(now),
    leaseTransitions: previous ? (previous.leaseTransitions ?? 0) + 1 : 0,
  };
}

export function renewed(mine: Spec, now: Date): Spec {
  return { ...mine, renewTime: microTime(now) };
}

/** Free for all, at once. */
export function released(mine: Spec, now: Date): Spec {
  return { ...mine, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(now) };
}
