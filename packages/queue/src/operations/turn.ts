import { matchesFilter } from '../dead-letters/dead-letter-filter.js';
import type { DeadSet, EndedJob } from '../dead-letters/dead-set.js';
import type { Purger } from '../dead-letters/purger.js';
import type { Found, Redriver } from '../dead-letters/redriver.js';
import type { OperationKind } from './operation.js';
import type { OperationStore, Turn } from './operation-store.js';

/** Jobs looked at in one turn. */
const STRETCH = 100;
/** Milliseconds for which a rate is saved up at least: a turn for every single job would read the others in vain. */
const LEAST_WAIT_MS = 250;

/** What became of one job. `refused`: by Redis, for what it is. */
type Effect = 'done' | 'skipped' | 'refused' | 'fenced';

/** What a turn of an operation needs. */
export interface Tools {
  readonly store: OperationStore;
  readonly dead: DeadSet;
  readonly redriver: Redriver;
  readonly purger: Purger;
  onJob(kind: OperationKind, job: EndedJob): void;
}

/**
 * Does a stretch of an operation, the oldest jobs first. It begins where the last turn ended, and whatever that left undone
 * is found still to do: a job that was changed is not dead any more, and was counted in the step that changed it.
 * @returns whether the operation is completed
 */
export async function takeTurn(tools: Tools, turn: Turn): Promise<boolean> {
  const { operation, cursor } = turn;
  const left = operation.limit === null ? Number.POSITIVE_INFINITY : operation.limit - operation.done;
  if (left <= 0) return complete(tools, turn);
  if (turn.allowed < 1) return giveBack(tools, turn);
  const { places, jobs, isLast } = await tools.dead.read(boundsOf(turn), 'lowest', cursor, STRETCH);
  const matching = jobs.filter(({ record }) => matchesFilter(record, operation.filter));
  const chosen = matching.slice(0, Math.min(turn.allowed, left));
  const next = matching[chosen.length];
  if (!(await tools.store.spend(turn, chosen.length))) return false;
  const effects = await changeAll(tools, turn, chosen);
  if (effects.includes('fenced')) return false;
  const examined = next ? places.indexOf(next.place) : places.length;
  const count = (wanted: Effect) => effects.filter((effect) => effect === wanted).length;
  const progress = { examined, matched: chosen.length, skipped: count('skipped'), failed: count('refused') };
  if (!(await tools.store.save(turn, { ...progress, cursor: places[examined - 1] ?? cursor }))) return false;
  return isLast && !next ? complete(tools, turn) : false;
}

/** Not those that died after it began: what it has redriven and died again is not its business any more. */
function boundsOf({ operation: { filter, createdAt } }: Turn) {
  return { ...filter, until: Math.min(filter.until ?? Number.POSITIVE_INFINITY, createdAt) };
}

function complete({ store }: Tools, { operation, token }: Turn): Promise<boolean> {
  return store.finish(operation, 'completed', token);
}

async function giveBack({ store }: Tools, turn: Turn): Promise<false> {
  await store.offer(turn, Math.max(turn.waitMs, LEAST_WAIT_MS));
  return false;
}

/** All of them end before one that failed is told: none goes on into another's turn. */
async function changeAll(tools: Tools, turn: Turn, jobs: readonly EndedJob[]): Promise<Effect[]> {
  const outcomes = await Promise.allSettled(jobs.map((job) => change(tools, turn, job)));
  return outcomes.map((outcome) => {
    if (outcome.status === 'fulfilled') return outcome.value;
    if (isItsOwnFault(outcome.reason)) return 'refused';
    throw outcome.reason;
  });
}

async function change({ store, redriver, purger, onJob }: Tools, { operation, token }: Turn, job: EndedJob): Promise<Effect> {
  const { kind, id } = operation;
  const found: Found = { fence: { key: store.keyOf(id), id, token }, finishedAt: job.place.score };
  const { record, stored } = job;
  const outcome = kind === 'redrive' ? await redriver.redrive(record.queue, stored, found) : await purger.purge(record, found);
  if (outcome === 'fenced') return outcome;
  if (outcome !== 'redriven' && outcome !== 'purged') return 'skipped';
  onJob(kind, job);
  return 'done';
}

/** A script that fails by what it finds says so as ERR or WRONGTYPE; all else is Redis's state, and passes. */
function isItsOwnFault(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError' && /^(ERR|WRONGTYPE)\b/.test(error.message);
}
