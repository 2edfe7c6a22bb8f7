import { type RedisClient, scanKeys } from '../redis/connect.js';
import { STATE_NAMES, STATES, type State, type StoredJob } from './stored-job.js';

const BATCH = 1_000;
/** `stc`, `ats` and `atm` are BullMQ's counters of stalls, fetches and attempts. */
const FIELDS = ['timestamp', 'data', 'atm', 'ats', 'stc', 'stacktrace'];

/**
 * Reads every job of the queues, by its hash and by the sets that name it.
 * @param roots each queue's `<prefix>:<queue>:`
 */
export async function readQueues(redis: RedisClient, roots: readonly string[]): Promise<StoredJob[]> {
  const jobs = await Promise.all(roots.map((root) => readQueue(redis, root)));
  return jobs.flat();
}

async function readQueue(redis: RedisClient, root: string): Promise<StoredJob[]> {
  const keys = await scanKeys(redis, `${root}*`);
  const members = await readStates(redis, root);
  const named = new Set([...keys.map((key) => key.slice(root.length)), ...members.keys()]);
  const jobs = await readHashes(redis, root, [...named], members);
  const settled = await Promise.all(jobs.map((job) => (isWhole(job) ? job : readAgain(redis, root, job.id))));
  return settled.filter((job) => job.hasHash || job.states.length > 0);
}

/** All sets at one moment. */
async function readStates(redis: RedisClient, root: string): Promise<Map<string, State[]>> {
  const reading = redis.multi();
  for (const state of STATE_NAMES) {
    if (STATES[state] === 'list') reading.lrange(root + state, 0, -1);
    else reading.zrange(root + state, '0', '-1');
  }
  const replies = await replyOf(reading.exec());
  const members = new Map<string, State[]>();
  for (const [index, state] of STATE_NAMES.entries()) {
    for (const id of replies[index] as string[]) members.set(id, [...(members.get(id) ?? []), state]);
  }
  return members;
}

async function readHashes(
  redis: RedisClient,
  root: string,
  ids: readonly string[],
  members: ReadonlyMap<string, State[]>,
): Promise<StoredJob[]> {
  const jobs: StoredJob[] = [];
  for (let from = 0; from < ids.length; from += BATCH) {
    const batch = ids.slice(from, from + BATCH);
    const reading = redis.pipeline();
    for (const id of batch) reading.hmget(root + id, ...FIELDS);
    // Locks, markers and the queue's own keys are no hashes and answer with an error: they are no jobs.
    const replies = (await reading.exec()) ?? [];
    for (const [index, id] of batch.entries()) {
      const [error, values] = replies[index] ?? [];
      jobs.push(toStoredJob(id, members.get(id) ?? [], error ? [] : (values as (string | null)[])));
    }
  }
  return jobs;
}

/** On a queue at work a job may move between two reads: what looks wrong is read again, all at one moment. */
async function readAgain(redis: RedisClient, root: string, id: string): Promise<StoredJob> {
  const reading = redis.multi().hmget(root + id, ...FIELDS);
  for (const state of STATE_NAMES) {
    if (STATES[state] === 'list') reading.lpos(root + state, id);
    else reading.zscore(root + state, id);
  }
  const replies = await reading.exec();
  const found = STATE_NAMES.filter((_state, index) => (replies?.[index + 1]?.[1] ?? null) !== null);
  const [error, values] = replies?.[0] ?? [];
  return toStoredJob(id, found, error ? [] : (values as (string | null)[]));
}

function toStoredJob(id: string, states: readonly State[], values: readonly (string | null)[]): StoredJob {
  const [timestamp, data, attempts, fetches, stalls, stacktrace] = values;
  return {
    id,
    states,
    hasHash: Boolean(timestamp && data),
    attemptsMade: Number(attempts ?? 0),
    fetches: Number(fetches ?? 0),
    stalls: Number(stalls ?? 0),
    key: data ? keyOf(data) : undefined,
    lastError: stacktrace ? lastErrorOf(stacktrace) : undefined,
  };
}

/** Where a payload of each type has the URL that its job calls. */
interface Calling {
  readonly url?: unknown;
  readonly sourceUrl?: unknown;
  readonly columns?: readonly unknown[];
}

function keyOf(data: string): string | undefined {
  const { url, sourceUrl, columns } = (parse(data) as { payload?: Calling } | undefined)?.payload ?? {};
  const called = url ?? sourceUrl ?? columns?.[0];
  return typeof called === 'string' ? called.slice(called.lastIndexOf('/') + 1) : undefined;
}

/** The worker keeps each failed attempt as JSON in place of its stack. */
function lastErrorOf(stacktrace: string): string | undefined {
  const last = (parse(stacktrace) as string[] | undefined)?.at(-1);
  return (parse(last ?? '') as { error?: { code?: string } } | undefined)?.error?.code;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isWhole(job: StoredJob): boolean {
  return job.hasHash ? job.states.length === 1 : job.states.length === 0;
}

async function replyOf(reading: Promise<[Error | null, unknown][] | null>): Promise<unknown[]> {
  return ((await reading) ?? []).map(([error, value]) => {
    if (error) throw error;
    return value;
  });
}
