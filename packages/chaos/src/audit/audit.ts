import type { Execution } from '../executions/execution-log.js';
import type { LedgerContents } from '../ledger/read-ledger.js';
import { flowKeyOf, parentKeyOf } from '../load/flow-submission.js';
import type { StoredSchedule } from './read-schedules.js';
import type { StoredJob } from './stored-job.js';

export type FindingKind =
  /** Acknowledged, and neither stored whole nor run to its end. */
  | 'lost'
  /** The answer to several submissions: all but one of them are lost. */
  | 'shared'
  /** Acknowledged, and what is stored under the id is another submission's. */
  | 'mistaken'
  /** Lines of the ledger that cannot be read: what they promise is not known, and not looked for. */
  | 'unreadable'
  /** Acknowledged, and not stored any more. */
  | 'schedule-lost'
  /** It goes on, and nobody will start its next run. */
  | 'schedule-without-next-run'
  /** A job that no set names: nobody will ever run it. */
  | 'orphan'
  /** A set names a job that is not there. */
  | 'ghost'
  | 'several-states'
  | 'active-without-lock'
  /** It waits for children, and none of them is left to end: nobody will ever start it. */
  | 'parent-stuck'
  /** Of a flow: it ran before a child of it had. */
  | 'parent-before-child'
  /** In the dead letters, and never ran. */
  | 'dead-without-start'
  | 'completed-without-start'
  /** Stored, though nobody was told so or left in doubt; or though a caller was told that it is not. */
  | 'unaccounted'
  | 'unbalanced';

export interface Finding {
  readonly kind: FindingKind;
  readonly id: string;
  readonly detail: string;
}

export interface AuditInput {
  readonly jobs: readonly StoredJob[];
  readonly schedules: readonly StoredSchedule[];
  readonly ledger: LedgerContents;
  /** Whether the ledger has every submission, so that a job which it does not know is a finding; else it is a sample. */
  readonly isComplete: boolean;
  /** By submission key; undefined where runs were not recorded, as on samples from production. */
  readonly executions?: ReadonlyMap<string, Execution>;
  /** Ids of active jobs that were without a lock for too long. */
  readonly unlocked: readonly string[];
  /** Ids of jobs that wait for children of which none is left. */
  readonly stuck: readonly string[];
}

export interface AuditCounts {
  readonly acknowledged: number;
  readonly resolved: number;
  readonly unresolved: number;
  /** Callers that left it at a refusal. */
  readonly refused: number;
  /** Callers that got no clear answer, however often they asked. */
  readonly abandoned: number;
  /** Jobs and schedules. */
  readonly lost: number;
  /** Acknowledged ones. */
  readonly schedules: number;
  /** Submissions that ran more than once, by why. */
  readonly repeated: number;
  /** … stored as more than one job. */
  readonly repeatedSplit: number;
  /** … taken back from a worker that went silent. */
  readonly repeatedStalled: number;
  /** … tried again after a failed attempt. */
  readonly repeatedFailed: number;
  /** … of which Redis knows nothing: it lost what it had been told, or the job is no longer kept. */
  readonly repeatedUnexplained: number;
  readonly completed: number;
  readonly dead: number;
  readonly pending: number;
  /** Ran to the end and are no longer kept. */
  readonly forgotten: number;
  /** Of all stored jobs, together. */
  readonly stalls: number;
  /** Jobs that used up more than one attempt. */
  readonly burned: number;
}

export interface AuditReport {
  readonly counts: AuditCounts;
  readonly findings: readonly Finding[];
}

/** Compares what was promised with what is stored and what ran. Pure: the same input, the same verdict. */
export function audit(input: AuditInput): AuditReport {
  const jobs = new Map(input.jobs.map((job) => [job.id, job]));
  const lost = findLost(jobs, input);
  const lostSchedules = findLostSchedules(input);
  const forgotten = [...input.ledger.acknowledged].filter(([id, key]) => !jobs.has(id) && hasEnded(input, key)).length;
  const counts = count(input, lost.length + lostSchedules.length, forgotten);
  const findings = [
    ...lost,
    ...checkLedger(input.ledger),
    ...lostSchedules,
    ...checkSchedules(input),
    ...input.jobs.flatMap((job) => [
      ...checkMembership(job),
      ...checkKey(job, input),
      ...checkStart(job, input),
      ...checkOrigin(job, input),
    ]),
    ...checkOrder(input),
    ...input.stuck.map((id): Finding => ({ kind: 'parent-stuck', id, detail: 'waits for its children, and all of them have ended' })),
    ...input.unlocked.map((id): Finding => ({ kind: 'active-without-lock', id, detail: 'active, and no worker holds it' })),
    ...(input.isComplete ? checkBalance(counts, lost.length, input) : []),
  ];
  return { counts, findings };
}

function findLost(jobs: ReadonlyMap<string, StoredJob>, input: AuditInput): Finding[] {
  return [...input.ledger.acknowledged].flatMap(([id, key]): Finding[] => {
    const job = jobs.get(id);
    if (job?.hasHash && job.states.length > 0) return [];
    if (hasEnded(input, key)) return [];
    return [{ kind: 'lost', id, detail: `acknowledged with key ${key}, ${job ? 'stored in part' : 'not stored'}, never ran to its end` }];
  });
}

function checkLedger({ shared, unreadable }: LedgerContents): Finding[] {
  const findings = [...shared].map(([id, keys]): Finding => ({ kind: 'shared', id, detail: `the answer to ${[...keys].join(' and ')}` }));
  if (unreadable > 0) findings.push({ kind: 'unreadable', id: '-', detail: `${unreadable} lines of the ledger are no entry` });
  return findings;
}

function findLostSchedules({ ledger, schedules }: AuditInput): Finding[] {
  const stored = new Set(schedules.map(({ id }) => id));
  const lost = [...ledger.schedules.keys()].filter((id) => !stored.has(id));
  return lost.map((id) => ({ kind: 'schedule-lost', id, detail: 'acknowledged, and not stored' }));
}

function checkSchedules({ schedules }: AuditInput): Finding[] {
  const idle = schedules.filter(({ isGoingOn, isDue }) => isGoingOn && !isDue);
  return idle.map(({ id }) => ({ kind: 'schedule-without-next-run', id, detail: 'it goes on, and nobody will start its next run' }));
}

function hasEnded({ executions }: AuditInput, key: string): boolean {
  return (executions?.get(key)?.ends ?? 0) > 0;
}

function checkMembership({ id, states, hasHash }: StoredJob): Finding[] {
  const findings: Finding[] = [];
  if (states.length === 0) findings.push({ kind: 'orphan', id, detail: 'stored, and in no state' });
  if (!hasHash) findings.push({ kind: 'ghost', id, detail: `in ${states.join(' and ')}, and not stored` });
  if (states.length > 1) findings.push({ kind: 'several-states', id, detail: `in ${states.join(' and ')} at once` });
  return findings;
}

/** Where runs are recorded, what a job calls names its submission. */
function checkKey({ id, key }: StoredJob, { ledger, executions }: AuditInput): Finding[] {
  const acknowledged = ledger.acknowledged.get(id);
  if (!executions || key === undefined || acknowledged === undefined || key === acknowledged) return [];
  return [{ kind: 'mistaken', id, detail: `acknowledged with key ${acknowledged}, stored for key ${key}` }];
}

/** By the record of runs where there is one: a fetch whose reply was lost counts as a start in Redis, and is none. */
function checkStart(job: StoredJob, { executions }: AuditInput): Finding[] {
  const { id, key, fetches, lastError } = job;
  const starts = executions && key !== undefined ? (executions.get(key)?.starts.length ?? 0) : fetches;
  if (starts > 0 || lastError === 'cancelled' || lastError === 'expired') return [];
  if (job.states.includes('failed')) return [{ kind: 'dead-without-start', id, detail: `in failed after ${fetches} fetches and no run` }];
  if (job.states.includes('completed')) return [{ kind: 'completed-without-start', id, detail: 'in completed, and never ran' }];
  return [];
}

/** By keys: the ledger has that of each job of an acknowledged flow. The children of a load's flows do not fail. */
function checkOrder({ ledger, executions }: AuditInput): Finding[] {
  return [...ledger.acknowledged].flatMap(([id, key]): Finding[] => {
    const parent = parentKeyOf(key);
    const parentStarts = (parent === undefined ? undefined : executions?.get(parent)?.starts) ?? [];
    const starts = executions?.get(key)?.starts ?? [];
    if (parentStarts.length === 0 || (starts.length > 0 && Math.min(...parentStarts) >= Math.max(...starts))) return [];
    return [{ kind: 'parent-before-child', id, detail: `${parent} ran before ${key}` }];
  });
}

function checkOrigin({ id, key }: StoredJob, { ledger, isComplete }: AuditInput): Finding[] {
  if (!isComplete || ledger.acknowledged.has(id)) return [];
  const submitted = flowKeyOf(key ?? '');
  if (ledger.unresolved.has(submitted) || ledger.resolved.has(submitted)) return [];
  if ([...ledger.schedules.values()].some((scheduled) => scheduled === key)) return [];
  const told = ledger.refused.has(submitted) ? 'whose caller was told that it is not' : 'which nobody was told';
  return [{ kind: 'unaccounted', id, detail: `stored for key ${key ?? '(none)'}, ${told}` }];
}

function count({ jobs, ledger, executions }: AuditInput, lost: number, forgotten: number): AuditCounts {
  const states = jobs.flatMap((job) => job.states);
  const completed = states.filter((state) => state === 'completed').length;
  const dead = states.filter((state) => state === 'failed').length;
  return {
    acknowledged: ledger.acknowledged.size,
    resolved: ledger.resolved.size,
    unresolved: ledger.unresolved.size,
    refused: ledger.refused.size,
    abandoned: ledger.abandoned.size,
    lost,
    schedules: ledger.schedules.size,
    ...countRepeated({ jobs, ledger, executions }),
    completed,
    dead,
    pending: states.length - completed - dead,
    forgotten,
    stalls: jobs.reduce((sum, job) => sum + job.stalls, 0),
    burned: jobs.filter((job) => job.attemptsMade > 1).length,
  };
}

type RepeatedCounts = Pick<AuditCounts, Extract<keyof AuditCounts, `repeated${string}`>>;

function countRepeated({ jobs, ledger, executions }: Pick<AuditInput, 'jobs' | 'ledger' | 'executions'>): RepeatedCounts {
  const scheduled = new Set(ledger.schedules.values()); // whose runs are many by nature
  const byKey = new Map(jobs.map((job) => [job.key, job]));
  const counts = { repeated: 0, repeatedSplit: 0, repeatedStalled: 0, repeatedFailed: 0, repeatedUnexplained: 0 };
  for (const [key, { starts, jobs: ids }] of executions ?? []) {
    if (starts.length < 2 || scheduled.has(key)) continue;
    counts.repeated++;
    const job = byKey.get(key);
    if (ids.size > 1) counts.repeatedSplit++;
    else if (job !== undefined && job.stalls > 0) counts.repeatedStalled++;
    else if (job !== undefined && job.attemptsMade > 1) counts.repeatedFailed++;
    else counts.repeatedUnexplained++;
  }
  return counts;
}

/** completed + dead + pending = acknowledged + stored without an acknowledgement: the sets' sizes against the ledger's. */
function checkBalance(
  { completed, dead, pending, forgotten, acknowledged }: AuditCounts,
  lost: number,
  { jobs, ledger }: AuditInput,
): Finding[] {
  const doubtful = jobs.filter(({ id, hasHash }) => hasHash && !ledger.acknowledged.has(id)).length;
  const there = completed + dead + pending + forgotten;
  const owed = acknowledged - lost + doubtful;
  if (there === owed) return [];
  return [{ kind: 'unbalanced', id: '-', detail: `${there} jobs are there, ${owed} should be` }];
}
