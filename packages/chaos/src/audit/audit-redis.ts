import { QUEUE_NAMES } from '@dts/jobs';
import { Cluster } from 'ioredis';
import type { Execution } from '../executions/execution-log.js';
import type { LedgerContents } from '../ledger/read-ledger.js';
import { connectRedis } from '../redis/connect.js';
import { type AuditReport, audit } from './audit.js';
import { readQueues } from './read-queues.js';
import { readSchedules } from './read-schedules.js';
import { findStuckParents } from './stuck-parents.js';
import { findUnlockedJobs } from './unlocked-jobs.js';

const STALLED_CHECK_MS = 2_000;

export interface AuditSource {
  readonly url: string;
  readonly prefix: string;
  readonly ledger: LedgerContents;
  /** Whether the ledger has every submission. */
  readonly isComplete: boolean;
  readonly executions?: ReadonlyMap<string, Execution>;
  /** Milliseconds of the workers' locks. */
  readonly lockMs: number;
}

/** Audits a live Redis. It reads only. */
export async function auditRedis({ url, prefix, lockMs, ...known }: AuditSource): Promise<AuditReport> {
  const redis = connectRedis(url);
  // In a cluster the apps give the prefix a hash tag, so that the keys of a script share a slot.
  const tagged = redis instanceof Cluster && !prefix.includes('{') ? `{${prefix}}` : prefix;
  try {
    const roots = QUEUE_NAMES.map((queue) => `${tagged}:${queue}:`);
    const unlocked = await findUnlockedJobs(redis, roots, lockMs + 2 * STALLED_CHECK_MS);
    const stuck = await findStuckParents(redis, roots);
    return audit({ ...known, jobs: await readQueues(redis, roots), schedules: await readSchedules(redis, tagged), unlocked, stuck });
  } finally {
    redis.disconnect();
  }
}
