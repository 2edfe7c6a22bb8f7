import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { microTime } from './micro-time.js';
import type { DeploymentName } from './paths.js';

const CONTROLLER = 'dts-scaler';
/** Characters that the API server takes. */
const MAX_NOTE = 1_024;

export interface Scaled {
  readonly from: number;
  readonly to: number;
  /** Why, in a sentence. */
  readonly reason: string;
}

/** What `kubectl describe deployment` shows of a change, in the form of events.k8s.io/v1. */
export function scaleEvent({ namespace, deployment }: DeploymentName, uid: string, { from, to, reason }: Scaled, now: Date): object {
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: `${deployment}.${randomUUID()}`, namespace },
    eventTime: microTime(now),
    reportingController: CONTROLLER,
    reportingInstance: `${CONTROLLER}-${hostname()}`.slice(0, 128),
    action: 'Scale',
    reason: to > from ? 'ScaledUp' : 'ScaledDown',
    regarding: { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: deployment, uid },
    note: `Scaled from ${from} to ${to} workers: ${reason}`.slice(0, MAX_NOTE),
    type: 'Normal',
  };
}
