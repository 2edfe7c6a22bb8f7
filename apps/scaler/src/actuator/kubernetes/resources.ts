import { z } from 'zod';

/** What the scaler reads of Kubernetes' objects. Go leaves out what is zero or empty. */

const metadata = z.object({
  name: z.string(),
  uid: z.string(),
  resourceVersion: z.string(),
  generation: z.int().default(0),
  annotations: z.record(z.string(), z.string()).default({}),
  /** Set while it goes. */
  deletionTimestamp: z.string().optional(),
});

const condition = z.object({ type: z.string(), status: z.string(), reason: z.string().default('') });
const conditions = z.array(condition).default([]);

export const labelSelector = z.object({
  matchLabels: z.record(z.string(), z.string()).default({}),
  matchExpressions: z
    .array(
      z.object({ key: z.string(), operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']), values: z.array(z.string()).default([]) }),
    )
    .default([]),
});
export type LabelSelector = z.output<typeof labelSelector>;

export const deployment = z.object({
  metadata,
  spec: z.object({ replicas: z.int().default(1), selector: labelSelector }),
  status: z
    .object({
      observedGeneration: z.int().default(0),
      replicas: z.int().default(0),
      updatedReplicas: z.int().default(0),
      availableReplicas: z.int().default(0),
      conditions,
    })
    .prefault({}),
});
export type Deployment = z.output<typeof deployment>;

export const pod = z.object({ metadata, status: z.object({ phase: z.string().default('Pending'), conditions }).prefault({}) });
export type Pod = z.output<typeof pod>;
export const podList = z.object({ items: z.array(pod) });

/** Of an HPA and of KEDA's ScaledObject, which leaves out what is usual. */
const target = z.object({ name: z.string(), kind: z.string().default('Deployment') });
export const owners = z.object({
  items: z.array(z.object({ metadata: z.object({ name: z.string() }), spec: z.object({ scaleTargetRef: target }) })),
});
