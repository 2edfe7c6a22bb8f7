import { CANCELLED } from './cancelled.js';
import type { RedisClient } from './connection.js';
import type { JobQueue } from './queues.js';

/**
 * Marks a job that has not ended. BullMQ fails a job with this field at its next fetch, before any handler sees it, so
 * whatever becomes of the messages below, the job does not start again. One that runs, which is one with a lock, is also
 * wished to stop: in the same step, so that no caller that dies half way leaves a mark that nobody learns of.
 * -1: no such job, 0: it has ended, 1: it does not run, 2: it runs.
 */
const MARK = `
if redis.call('EXISTS', KEYS[1]) == 0 then return -1 end
if redis.call('HEXISTS', KEYS[1], 'finishedOn') == 1 then return 0 end
redis.call('HSET', KEYS[1], 'defa', ARGV[1])
if redis.call('EXISTS', KEYS[1] .. ':lock') == 0 then return 1 end
redis.call('SADD', KEYS[2], ARGV[2])
return 2`;

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
    const reply = await this.redis.eval(MARK, 2, queue.toKey(id), this.wishes, CANCELLED, `${queue.name}:${id}`);
    const marked = OUTCOMES.get(reply as -1 | 0 | 1 | 2) ?? 'missing';
    // Should the message be lost, workers find the wish by themselves a moment later.
    if (marked === 'told') await this.redis.publish(this.channel, id).catch(() => undefined);
    return marked;
  }

  /** Ids of jobs that are to stop and run still. */
  async pending(): Promise<string[]> {
    const jobs = (await this.redis.eval(PENDING, 1, this.wishes, `${this.prefix}:`)) as string[];
    return jobs.map((job) => job.slice(job.indexOf(':') + 1));
  }

  /**
   * Calls back with each job that is to stop, as soon as it is told. Where Redis refuses to tell, there is still `pending`.
   * @param listener a connection of its own, which can do nothing else from then on
   */
  listen(listener: RedisClient, onCancel: (id: string) => void): void {
    const subscribe = () => void listener.subscribe(this.channel).catch(() => undefined);
    listener.on('message', (_channel: string, id: string) => onCancel(id));
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
