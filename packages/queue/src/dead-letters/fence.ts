/** Who acts in the name of an operation: whoever took its turn over has another token, and stops the one before. */
export interface Fence {
  /** The operation's Redis key. */
  readonly key: string;
  readonly id: string;
  readonly token: number;
}

/**
 * Begins a script whose last key is the operation's and whose last two arguments are its id and token; neither where there is
 * no operation. What the script does is counted with it, so that no crash lets a job go uncounted, or be counted twice.
 */
export const FENCE_LUA = `
local operation, operationId, token = KEYS[#KEYS], ARGV[#ARGV - 1], ARGV[#ARGV]
if token == '' then operation = nil
elseif redis.call('HGET', operation, 'token') ~= token then return -9 end
local function count() if operation then redis.call('HINCRBY', operation, 'done', 1) end end
`;

/** What a script says that was fenced off. */
export const FENCED = -9;

/** The end of a script's keys and arguments. @param job stands for the operation where there is none: a key must be there */
export function fenceArguments(fence: Fence | undefined, job: string): { key: string; values: [string, string] } {
  return fence ? { key: fence.key, values: [fence.id, String(fence.token)] } : { key: job, values: ['', ''] };
}
