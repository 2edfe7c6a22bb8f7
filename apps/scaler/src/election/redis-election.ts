import { Loop, type RedisClient } from '@dts/queue';
import type { Logger } from '@dts/runtime';
import type { Election } from './election.js';

/** Milliseconds for which a term holds that is not renewed: how long nobody acts when a leader has died. */
const TERM_MS = 10_000;
/** Milliseconds between two tries to renew it, or to take it. */
const TRY_MS = 2_000;
/** After a try that Redis did not answer. */
const RETRY_MS = 500;
/** Milliseconds before its end at which a leader takes its own term for over: clocks do not run alike. */
const MARGIN_MS = 1_000;

/**
 * Takes a lock that nobody holds, renews one's own. A term that begins gets a token above all before; Redis's clock is in it, so
 * that this holds for a Redis that has lost its data, too.
 * KEYS: the lock, the last token. ARGV: who, milliseconds. Gives who leads, and the token where it is the caller.
 */
const TAKE = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return { holder } end
local time = redis.call('TIME')
local token = tonumber(redis.call('GET', KEYS[2]) or 0)
if not holder then
  token = math.max(token + 1, time[1] * 1000 + math.floor(time[2] / 1000))
  redis.call('SET', KEYS[2], string.format('%.0f', token))
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return { ARGV[1], string.format('%.0f', token) }`;

const GIVE_UP = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;

/** A lock in Redis: who holds it leads for ten seconds, and renews it every two. */
export class RedisElection implements Election {
  private readonly loop = new Loop(() => this.attempt());
  private term?: { readonly token: number; readonly endsAt: number };
  private known?: string;
  private onTerm: () => void = () => {};

  /** @param id of this process and no other */
  constructor(
    private readonly id: string,
    private readonly redis: RedisClient,
    private readonly prefix: string,
    private readonly logger: Logger,
  ) {}

  get token(): number | undefined {
    return this.term && performance.now() < this.term.endsAt ? this.term.token : undefined;
  }

  get leader(): string | undefined {
    return this.known;
  }

  start(onTerm: () => void): void {
    this.onTerm = onTerm;
    this.loop.start();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
    this.term = undefined;
    await this.redis.eval(GIVE_UP, 1, this.lock, this.id).catch(() => undefined); // then its term runs out
  }

  /** The term counts from before the request: however long the answer took, Redis's began later. */
  private async attempt(): Promise<number> {
    const askedAt = performance.now();
    try {
      const [leader, token] = (await this.redis.eval(TAKE, 2, this.lock, this.tokens, this.id, TERM_MS)) as [string, string?];
      this.take(leader, token === undefined ? undefined : { token: Number(token), endsAt: askedAt + TERM_MS - MARGIN_MS });
    } catch {
      this.known = undefined; // what is left of the term holds
      return RETRY_MS;
    }
    return TRY_MS;
  }

  private take(leader: string, term: RedisElection['term']): void {
    const before = this.term?.token;
    this.term = term;
    this.known = leader;
    if (!term && before !== undefined) this.logger.warn({ leader }, 'another scaler leads: this one stands by');
    if (!term || term.token === before) return;
    this.logger.info({ token: term.token }, 'this scaler leads');
    this.onTerm();
  }

  private get lock(): string {
    return `${this.prefix}:scaler:leader`;
  }

  private get tokens(): string {
    return `${this.prefix}:scaler:token`;
  }
}
