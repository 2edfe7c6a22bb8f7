import { QUEUE_NAMES } from '@dts/jobs';
import { Redis } from 'ioredis';
import type { Execution } from '../executions/execution-log.js';
import type { LedgerContents } from '../ledger/read-ledger.js';
import { type AuditReport, audit } from './audit.js';
import { readQueues } from './read-queues.js';
import { findUnlockedJobs } from './unlocked-jobs.js';

const STALLED_CHECK_MS = 2_000;

export interface AuditSource {
  readonly url: string;
  readonly prefix: string;
  readonly ledger: LedgerContents;
  readonly executions?: ReadonlyMap<string, Execution>;
  /** Milliseconds of the workers' locks. */
  readonly lockMs: number;
}

/** Audits a live Redis. It reads only. */
export async function auditRedis({ url, prefix, ledger, executions, lockMs }: AuditSource): Promise<AuditReport> {
  const redis = new Redis(url, { maxRetriesPerRequest: 3, commandTimeout: 60_000 });
  redis.on('error', () => {}); // the command that fails says it
  try {
    const roots = QUEUE_NAMES.map((queue) => `${prefix}:${queue}:`);
    const unlocked = await findUnlockedJobs(redis, roots, lockMs + 2 * STALLED_CHECK_MS);
    return audit({ jobs: await readQueues(redis, roots), ledger, executions, unlocked });
  } finally {
    redis.disconnect();
  }
}
