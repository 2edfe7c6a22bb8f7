import { z } from 'zod';
import type { Mode, Target } from '../pool-policy.js';
import { duration, MOST_WORKERS, named, oneOf, settings, share, whole } from './fields.js';

export const MODES: readonly Mode[] = ['off', 'observe', 'enforce'];
const KINDS: readonly Target['kind'][] = ['local-process', 'kubernetes', 'dry-run'];

/** It goes into addresses and metrics. */
export const POOL_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
export const LABEL = 'a name of lower-case letters, digits and hyphens, of at most 63 characters';
/** As Kubernetes names namespaces ("RFC 1123 label") and deployments ("RFC 1123 subdomain"). */
const NAMESPACE = POOL_NAME;
const DEPLOYMENT = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

const target = z.discriminatedUnion(
  'kind',
  [
    settings({ kind: z.literal('local-process') }),
    settings({ kind: z.literal('dry-run') }),
    settings({
      kind: z.literal('kubernetes'),
      namespace: named(NAMESPACE, LABEL),
      deployment: named(DEPLOYMENT, 'the name of a Deployment: lower-case letters, digits, hyphens and dots'),
    }),
  ],
  { error: `give one with a kind of ${KINDS.join(', ')}` },
);

const QUEUES = 'give the queues that the pool serves, such as [io, cpu]';

const limit = { percent: whole(0, 1_000), workers: whole(1, MOST_WORKERS), period: duration(1) };

/** A pool as it stands in a policy file, with its defaults. @param queues the names of those that there are */
export function poolSchema(queues: readonly string[] | undefined) {
  return settings({
    mode: oneOf(MODES).optional(),
    queues: z.array(queues ? oneOf(queues) : named(/./, 'the name of a queue'), { error: QUEUES }).min(1, { error: QUEUES }),
    target,
    min: whole(0, MOST_WORKERS).default(1),
    max: whole(1, MOST_WORKERS),
    pickUpTarget: duration(1).default(10_000),
    drainTarget: duration(1).optional(),
    utilization: share((value) => value > 0 && value <= 1, 'a number above 0, at most 1').default(0.8),
    jobsPerSlot: whole(1, 1_000_000).default(10),
    coldStart: duration().default(5_000),
    cooldown: duration().default(120_000),
    fallback: whole(0, MOST_WORKERS).default(1),
    fallbackAfter: whole(1, 1_000).default(3),
    scaleUp: settings({
      percent: limit.percent.default(100),
      workers: limit.workers.default(20),
      period: limit.period.default(15_000),
    }).prefault({}),
    scaleDown: settings({
      percent: limit.percent.default(50),
      workers: limit.workers.default(1),
      period: limit.period.default(30_000),
      stabilization: duration().default(60_000),
    }).prefault({}),
    tolerance: share((value) => value >= 0 && value < 1, 'a number of 0 or more, below 1').default(0.1),
    drainDeadline: duration(1).default(600_000),
  });
}
