import type { RedisClient } from './connection.js';
import { QueueError } from './errors.js';
import { callAtNodeOf } from './node-of-key.js';

/** Milliseconds that replicas have to acknowledge; shorter than the time after which a command counts as lost. */
const WAIT_MS = 500;

interface Waiting {
  readonly key: string;
  /** Whether the key is to be there, or to be gone. */
  readonly present: boolean;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

/** What one look at the master's replicas has shown. */
interface Round {
  readonly acknowledged: number;
  /** Of each key that was asked for. */
  readonly present: readonly boolean[];
}

/**
 * Holds an acknowledgement back until every replica that the master has online has what is acknowledged: then it is
 * there whichever of them a failover promotes. All who wait at the same time share one WAIT.
 *
 * WAIT counts replicas against the last write of its own connection, wherever a failover has led that. So each round
 * looks for the keys, writes, and waits, one after the other on one connection: what is confirmed is on the very server
 * whose replicas have acknowledged. The connection is its own, because a WAIT holds up all that is sent behind it.
 */
export class Replication {
  private waiting: Waiting[] = [];
  private isRunning = false;
  /** Replicas that the master had online when last seen; unknown at first. */
  private online = 0;
  private looking?: Promise<number>;

  /** @param least replicas below which nothing is acknowledged, however few are online */
  constructor(
    private readonly redis: RedisClient,
    private readonly prefix: string,
    private readonly least: number,
  ) {}

  /** Before anything is stored. @throws QueueError `unavailable` when too few replicas are online to confirm it */
  async require(): Promise<void> {
    if (this.online >= this.least) return;
    const online = await this.look();
    if (online < this.least) throw new QueueError('unavailable', this.describe(online));
  }

  /** What keeps submissions from being acknowledged. @throws when Redis does not answer */
  async problems(): Promise<string[]> {
    const online = await this.look();
    return online < this.least ? [this.describe(online)] : [];
  }

  /**
   * Resolves once the replicas have the key and all that was written to it before.
   * @param jobId of the job that is stored there, if one is
   * @throws QueueError `outcome-unknown`
   */
  confirm(key: string, jobId?: string): Promise<void> {
    return this.wait(key, true).catch((cause: Error) => {
      throw new QueueError('outcome-unknown', `It is stored, but a failover could lose it: ${cause.message}.`, { cause, jobId });
    });
  }

  /** Resolves once the key is gone from the replicas as well. @throws QueueError `outcome-unknown` */
  confirmGone(key: string): Promise<void> {
    return this.wait(key, false).catch((cause: Error) => {
      throw new QueueError('outcome-unknown', `It is removed, but a failover could bring it back: ${cause.message}.`, { cause });
    });
  }

  private wait(key: string, present: boolean): Promise<void> {
    const confirmed = new Promise<void>((resolve, reject) => {
      this.waiting.push({ key, present, resolve, reject });
    });
    if (!this.isRunning) void this.run();
    return confirmed;
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    while (this.waiting.length > 0) {
      const group = this.waiting;
      this.waiting = [];
      await this.confirmAll(group).catch((error: Error) => {
        for (const { reject } of group) reject(error);
      });
    }
    this.isRunning = false;
  }

  private async confirmAll(group: readonly Waiting[]): Promise<void> {
    const keys = group.map(({ key }) => key);
    let asked = this.needed;
    let round = await this.ask(keys, asked);
    // A replica has come along since the last look: it may be promoted as well as the others.
    while (round.acknowledged >= asked && this.needed > asked) {
      asked = this.needed;
      round = await this.ask(keys, asked);
    }
    const { acknowledged, present } = round;
    if (acknowledged < this.needed) throw new Error(`${acknowledged} of ${this.needed} replicas acknowledged it in time`);
    for (const [index, waiting] of group.entries()) {
      if (present[index] === waiting.present) waiting.resolve();
      else waiting.reject(new Error(`it is ${waiting.present ? 'not' : 'still'} on the server whose replicas were asked`));
    }
  }

  /** Replicas that must acknowledge. */
  private get needed(): number {
    return Math.max(this.least, this.online);
  }

  private async ask(keys: readonly string[], replicas: number): Promise<Round> {
    const pipeline = this.redis.pipeline();
    for (const key of keys) pipeline.exists(key);
    pipeline.set(this.mark, Date.now());
    pipeline.call('WAIT', replicas, WAIT_MS);
    pipeline.call('INFO', 'replication');
    const replies = await valuesOf(pipeline.exec());
    const [acknowledged, info] = replies.slice(-2);
    this.online = countOnline(String(info));
    return { acknowledged: Number(acknowledged), present: keys.map((_key, index) => replies[index] === 1) };
  }

  /** One look for all who ask meanwhile. */
  private look(): Promise<number> {
    this.looking ??= this.readOnline().finally(() => {
      this.looking = undefined;
    });
    return this.looking;
  }

  private async readOnline(): Promise<number> {
    this.online = countOnline(String(await callAtNodeOf(this.redis, this.mark, 'INFO', 'replication')));
    return this.online;
  }

  private describe(online: number): string {
    return `Redis has ${online} ${online === 1 ? 'replica' : 'replicas'} online; DURABILITY=replicated needs ${this.least} or more`;
  }

  private get mark(): string {
    return `${this.prefix}:replicated`;
  }
}

/** @throws the first error among the replies */
async function valuesOf(replies: Promise<[error: Error | null, result: unknown][] | null>): Promise<unknown[]> {
  return ((await replies) ?? []).map(([error, value]) => {
    if (error) throw error;
    return value;
  });
}

function countOnline(info: string): number {
  return info.match(/^slave\d+:.*\bstate=online\b/gm)?.length ?? 0;
}
