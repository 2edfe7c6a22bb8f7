import type { RedisClient } from '../connection.js';
import { type Place, readPlaces } from '../ordered-set.js';
import type { Operation, OperationSpec, OperationState } from './operation.js';
import { FAIL, FINISH, OFFER, type OperationHash, SAVE, SPEND, START, TAKE, toOperation } from './operation-scripts.js';

/** Milliseconds for which an operation that was taken is nobody else's: who has died since is relieved after them. */
const TURN_MS = 5_000;
const KEPT_S = 7 * 24 * 3_600;
/** Operations of a tenant that may run at the same time. */
const RUNNING_AT_ONCE = 20;
/** Operations that are over for long, looked for at each start: more than one, so that they do not pile up. */
const TIDIED_AT_ONCE = 10;

/** An operation that is ours for a while. */
export interface Turn {
  readonly operation: Operation;
  readonly token: number;
  /** Where the last turn ended. */
  readonly cursor: Place | undefined;
  /** Jobs that its rate allows for now. */
  readonly allowed: number;
  /** Milliseconds until its rate allows for some. */
  readonly waitMs: number;
}

/** How far a turn has come. */
export interface Progress {
  readonly cursor: Place | undefined;
  readonly examined: number;
  readonly matched: number;
  readonly skipped: number;
  readonly failed: number;
}

/** Operations in Redis: a hash for each, lists of all and of each tenant's, and the order in which their turns come. */
export class OperationStore {
  constructor(
    private readonly redis: RedisClient,
    private readonly prefix: string,
  ) {}

  /** @returns what became of it: an operation with this id may be there already, and the tenant may have too many */
  async start(id: string, print: string, spec: OperationSpec, toExamine: number): Promise<'started' | 'known' | 'too-many'> {
    const keys = [this.keyOf(id), this.all, this.allOf(spec.tenant), this.due, this.runningOf(spec.tenant)];
    const values = [id, print, JSON.stringify(spec), toExamine, RUNNING_AT_ONCE, this.keyOf(''), TIDIED_AT_ONCE];
    const reply = await this.redis.eval(START, keys.length, ...keys, ...values);
    if (reply === 1) return 'started';
    return reply === 0 ? 'known' : 'too-many';
  }

  /** With the fingerprint of what was asked for. */
  async read(id: string): Promise<{ operation: Operation; print: string } | undefined> {
    const hash = (await this.redis.hgetall(this.keyOf(id))) as OperationHash;
    return hash.spec === undefined ? undefined : { operation: toOperation(id, hash), print: String(hash.print) };
  }

  /** The newest first; of one tenant, or of all. What is not kept any more is left out, and forgotten. */
  async list(limit: number, tenant: string | undefined, after: Place | undefined): Promise<{ places: Place[]; items: Operation[] }> {
    const index = tenant === undefined ? this.all : this.allOf(tenant);
    const places = await readPlaces(this.redis, index, { first: 'highest', after }, limit);
    const found = await Promise.all(places.map(({ member }) => this.read(member)));
    const gone = places.filter((_place, position) => found[position] === undefined).map(({ member }) => member);
    if (gone.length > 0) await this.redis.zrem(index, ...gone);
    return { places, items: found.flatMap((entry) => entry?.operation ?? []) };
  }

  /**
   * Takes the operation whose turn it is.
   * @returns a number when there is none: milliseconds until there may be one; undefined when none is to be expected
   */
  async take(): Promise<Turn | number | undefined> {
    const [id, ...rest] = (await this.redis.eval(TAKE, 1, this.due, TURN_MS, this.keyOf(''))) as [string, ...unknown[]];
    if (id === '') return Number(rest[0]) < 0 ? undefined : Number(rest[0]);
    const [flat, allowed, waitMs] = rest as [string[], number, number];
    const hash: OperationHash = Object.fromEntries(flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1]]] : [])));
    const cursor = hash.cursor === undefined ? undefined : (JSON.parse(hash.cursor) as Place);
    const operation = toOperation(id, hash);
    const isBounded = operation.ratePerSecond !== null;
    return { operation, token: Number(hash.token), cursor, allowed: isBounded ? allowed : Number.POSITIVE_INFINITY, waitMs };
  }

  /** Before the jobs are changed: who dies over them has used up their share of the rate. @returns whether the turn is still ours */
  async spend({ operation: { id, ratePerSecond }, token }: Turn, jobs: number): Promise<boolean> {
    if (ratePerSecond === null) return true;
    return (await this.redis.eval(SPEND, 1, this.keyOf(id), token, jobs, ratePerSecond)) === 1;
  }

  /** Ends a turn that changed something. @returns whether it was still ours */
  async save({ operation: { id }, token }: Turn, progress: Progress): Promise<boolean> {
    const { cursor, examined, matched, skipped, failed } = progress;
    const values = [id, token, cursor ? JSON.stringify(cursor) : '', examined, matched, skipped, failed];
    return (await this.redis.eval(SAVE, 2, this.keyOf(id), this.due, ...values)) === 1;
  }

  /** Gives a turn back in which there was nothing to do yet. */
  async offer({ operation: { id }, token }: Turn, inMs: number): Promise<void> {
    await this.redis.eval(OFFER, 2, this.keyOf(id), this.due, id, token, inMs);
  }

  /** A turn has come to nothing, though Redis takes what is written. @returns how often that was so in a row; 0 when the turn is not ours */
  async fail({ operation: { id }, token }: Turn): Promise<number> {
    return Number(await this.redis.eval(FAIL, 1, this.keyOf(id), token));
  }

  /**
   * @param token of the turn that ends it; absent for whoever may end it whosever turn it is
   * @returns whether it was this call that ended it
   */
  async finish(operation: Operation, state: OperationState, token?: number, error?: Operation['error']): Promise<boolean> {
    const { id, tenant } = operation;
    const values = [id, token ?? '', state, error ? JSON.stringify(error) : '', KEPT_S];
    return (await this.redis.eval(FINISH, 3, this.keyOf(id), this.due, this.runningOf(tenant), ...values)) === 1;
  }

  /** Where an operation is. */
  keyOf(id: string): string {
    return `${this.prefix}:operation:${id}`;
  }

  private get all(): string {
    return `${this.prefix}:operations`;
  }

  private allOf(tenant: string): string {
    return `${this.prefix}:operations:of:${tenant}`;
  }

  private get due(): string {
    return `${this.prefix}:operations:due`;
  }

  private runningOf(tenant: string): string {
    return `${this.prefix}:operations:running:${tenant}`;
  }
}
