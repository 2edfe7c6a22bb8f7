import { CANCELLED } from '../cancelled.js';
import type { RedisClient } from '../connection.js';
import { Script } from '../script.js';
import type { LeaseToken } from './lease-token.js';

/** In the job's own hash: when the time of the attempt is up, and which lease was told when to stop. */
export const DEADLINE = 'dts:deadline';
const TOLD = 'dts:told';

/** Milliseconds for which a worker that was told to stop is waited for. */
const HEED_MS = 3_000;

/**
 * Extends locks as BullMQ does, of those that are still held by the token, and tells which jobs are to stop. KEYS: the queue's stalled
 * jobs, then the jobs. ARGV: milliseconds of a lease, now, the mark of a cancelled job, then of each job its id and its token.
 * Gives of each: 0 lost, 1 go on, 2 cancelled, 3 out of time, 4 and 5 the same and was told long enough ago.
 */
const EXTEND = new Script(
  `
local extended = {}
local now = tonumber(ARGV[2])
local function directive(job, token)
  local mark, deadline, told = unpack(redis.call('HMGET', job, 'defa', '${DEADLINE}', '${TOLD}'))
  local reason = mark == ARGV[3] and 2 or (deadline and tonumber(deadline) <= now and 3) or 1
  if reason == 1 then return 1 end
  local at = told and string.sub(told, 1, #token) == token and tonumber(string.sub(told, #token + 2))
  if at then return at + ${HEED_MS} <= now and reason + 2 or reason end
  redis.call('HSET', job, '${TOLD}', token .. ':' .. ARGV[2])
  return reason
end
for i = 2, #KEYS do
  local id, token = ARGV[2 * i], ARGV[2 * i + 1]
  local lock = KEYS[i] .. ':lock'
  if redis.call('GET', lock) == token then
    redis.call('SET', lock, token, 'PX', ARGV[1])
    redis.call('SREM', KEYS[1], id)
    extended[i - 1] = directive(KEYS[i], token)
  else
    extended[i - 1] = 0
  end
end
return extended`,
);

/** What a heartbeat found: `overdue` is to be ended, as its worker was told to stop and goes on. */
export type Pulse = { readonly state: 'lost' | 'held' } | { readonly state: 'told' | 'overdue'; readonly reason: 'cancelled' | 'timeout' };

const PULSES: readonly Pulse[] = [
  { state: 'lost' },
  { state: 'held' },
  { state: 'told', reason: 'cancelled' },
  { state: 'told', reason: 'timeout' },
  { state: 'overdue', reason: 'cancelled' },
  { state: 'overdue', reason: 'timeout' },
];

/** @param base where the queue's keys begin. @returns in the order given */
export async function extend(redis: RedisClient, base: string, tokens: readonly LeaseToken[], leaseMs: number): Promise<Pulse[]> {
  if (tokens.length === 0) return [];
  const keys = [`${base}stalled`, ...tokens.map(({ jobId }) => base + jobId)];
  const values = [leaseMs, Date.now(), CANCELLED, ...tokens.flatMap(({ jobId, secret }) => [jobId, secret])];
  const found = (await EXTEND.runWith(redis, keys, values)) as number[];
  return found.map((code) => PULSES[code] ?? { state: 'lost' });
}
