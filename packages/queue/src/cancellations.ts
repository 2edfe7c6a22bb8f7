import { CANCELLED } from './cancelled.js';
import type { RedisClient } from './connection.js';
import type { JobQueue } from './queues.js';

/**
 * Marks jobs that have not ended. BullMQ fails a job with this field at its next fetch, before any handler sees it, so
 * whatever becomes of the messages below, the job does not start again. One that waits for its time, its turn or its
 * children is fetched now, and is bound to those no more: their failure must not become its reason. One that runs, which is one with a lock, is also
 * wished to stop: in the same step, so that no caller that dies half way leaves a mark that nobody learns of.
 * KEYS: the wishes, the jobs. ARGV: the mark, then the wish of each job.
 * Gives of each -1: no such job, 0: it has ended, 1: it does not run, 2: it runs.
 */
const MARK = `
local function mark(job, wish)
  if redis.call('EXISTS', job) == 0 then return -1 end
  if redis.call('HEXISTS', job, 'finishedOn') == 1 then return 0 end
  redis.call('HSET', job, 'defa', ARGV[1])
  local queue, id = string.match(job, '^(.*:)([^:]+)$')
  local waitsForChildren = redis.call('ZREM', queue .. 'waiting-children', id) == 1
  if waitsForChildren then redis.call('DEL', job .. ':dependencies') end
  if waitsForChildren or redis.call('ZREM', queue .. 'delayed', id) == 1 then
    redis.call('HSET', job, 'delay', 0)
    redis.call('RPUSH', queue .. 'wait', id)
    redis.call('ZADD', queue .. 'marker', 0, '0')
    return 1
  end
  if redis.call('EXISTS', job .. ':lock') == 0 then return 1 end
  redis.call('SADD', KEYS[1], wish)
  return 2
end
local marked = {}
for i = 2, #KEYS do marked[i - 1] = mark(KEYS[i], ARGV[i]) end
return marked`;

/**
 * Jobs that are wished to stop and run still. The others are forgotten here: each has ended, or has lost its lock and
 * fails at its next fetch. So the set is never larger than what runs, whoever died in between.
 */
const PENDING = `
local running = {}
for _, job in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  if redis.call('EXISTS', ARGV[1] .. job .. ':lock') == 1 then table.insert(running, job)
  else redis.call('SREM', KEYS[1], job) end
end
return running`;

const OUTCOMES = new Map([
  [-1, 'missing'],
  [0, 'ended'],
  [1, 'marked'],
  [2, 'told'],
] as const);

/** `marked`: it does not run and will not; `told`: it runs and is told to stop. */
export type Marked = 'missing' | 'ended' | 'marked' | 'told';

/** Stops jobs: the wish is stored with the job, and told to the worker that runs it. */
export class Cancellations {
  constructor(
    private readonly redis: RedisClient,
    private readonly prefix: string,
  ) {}

  async request(queue: JobQueue, id: string): Promise<Marked> {
    const [marked] = await this.requestAll([{ queue, id }]);
    return marked ?? 'missing';
  }

  /** All in one step. @returns in the order given */
  async requestAll(jobs: readonly { readonly queue: JobQueue; readonly id: string }[]): Promise<Marked[]> {
    const keys = jobs.map(({ queue, id }) => queue.toKey(id));
    const wishes = jobs.map(({ queue, id }) => `${queue.name}:${id}`);
    const replies = (await this.redis.eval(MARK, keys.length + 1, this.wishes, ...keys, CANCELLED, ...wishes)) as (-1 | 0 | 1 | 2)[];
    const marked = replies.map((reply) => OUTCOMES.get(reply) ?? 'missing');
    // Should a message be lost, workers find the wish by themselves a moment later.
    const told = jobs.filter((_job, index) => marked[index] === 'told');
    await Promise.all(told.map(({ id }) => this.redis.publish(this.channel, id).catch(() => undefined)));
    return marked;
  }

  /** Ids of jobs that are to stop and run still. */
  async pending(): Promise<string[]> {
    const jobs = (await this.redis.eval(PENDING, 1, this.wishes, `${this.prefix}:`)) as string[];
    return jobs.map((job) => job.slice(job.indexOf(':') + 1));
  }

  /**
   * Calls back with each job that is to stop, as soon as it is told. Where Redis refuses to tell, there is still `pending`.
   * @param listener a connection that only listens
   */
  listen(listener: RedisClient, onCancel: (id: string) => void): void {
    const subscribe = () => void listener.subscribe(this.channel).catch(() => undefined);
    listener.on('message', (channel: string, id: string) => {
      if (channel === this.channel) onCancel(id);
    });
    listener.on('ready', subscribe);
    if (listener.status === 'ready') subscribe();
  }

  private get wishes(): string {
    return `${this.prefix}:cancelling`;
  }

  private get channel(): string {
    return `${this.prefix}:cancel`;
  }
}
