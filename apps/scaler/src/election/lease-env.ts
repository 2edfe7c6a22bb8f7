import { readFileSync } from 'node:fs';
import { EnvError } from '@dts/runtime';
import { z } from 'zod';
import type { LeaseName } from './lease-election.js';

/** Where the kubelet says in which namespace a pod is. */
const OWN_NAMESPACE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

export const leaseEnvShape = {
  /** The Lease that says which scaler leads: one name for those that scale the same pools. */
  LEASE_NAME: z.string().default('dts-scaler'),
  /** Of that Lease; the pod's own unless given. */
  LEASE_NAMESPACE: z.string().optional(),
};

const leaseEnv = z.object(leaseEnvShape);

/** @throws EnvError that says what to set outside of a cluster */
export function leaseName({ LEASE_NAME: name, LEASE_NAMESPACE: namespace }: z.output<typeof leaseEnv>): LeaseName {
  return { name, namespace: namespace ?? ownNamespace() };
}

function ownNamespace(): string {
  try {
    return readFileSync(OWN_NAMESPACE, 'utf8').trim();
  } catch (error) {
    throw new EnvError('SCALER_ELECTION=lease needs a namespace: run the scaler in a pod, or set LEASE_NAMESPACE', { cause: error });
  }
}
