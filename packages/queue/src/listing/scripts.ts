import { Script } from '../script.js';

/**
 * Reads a stretch of a place and the jobs in it in one step: that a job is there and what its hash says hold at the same
 * moment. Each script first finds the candidates behind a mark, then looks at one after the other.
 * KEYS[1]: the place; ARGV[1]: what the keys of its jobs begin with; ARGV[2]: a Request.
 * Replies how many candidates there were, how many were looked at, the bytes read, the last one's id and order, and the jobs.
 */
const stretch = (candidates: string) =>
  new Script(
    `
local request = cjson.decode(ARGV[2])
local ids, orders = {}, {}
${candidates}
local function passes(key)
  local name, data, failure = unpack(redis.call('HMGET', key, 'name', 'data', 'defa'))
  if request.name and name ~= request.name then return false end
  if request.deferredFailure and failure ~= request.deferredFailure then return false end
  local tail = string.sub(data or '', -request.tail)
  for _, text in ipairs(request.texts) do
    if not string.find(tail, text, 1, true) then return false end
  end
  return true
end
local sieved = request.name or request.deferredFailure or #request.texts > 0
local looked, bytes, found = 0, 0, {}
for index, id in ipairs(ids) do
  if #found == request.limit or bytes > request.bytes then break end
  looked = index
  local key = ARGV[1] .. id
  if not sieved or passes(key) then
    local hash = redis.call('HGETALL', key)
    for _, part in ipairs(hash) do bytes = bytes + #part end
    if #hash > 0 then table.insert(found, { id, hash }) end
  end
end
return { #ids, looked, bytes, ids[looked] or '', orders[looked] or '', found }`,
    1,
  );

/**
 * A sorted set, the highest score first. The mark's job may be gone or have another score by now: what comes behind the
 * place that it had is found by score, and among equal scores by id, as Redis orders them.
 */
export const READ_SET = stretch(`
local function behind(score, id)
  local rank = redis.call('ZREVRANK', KEYS[1], id)
  if rank and redis.call('ZSCORE', KEYS[1], id) == score then return rank + 1 end
  local low, high = redis.call('ZCOUNT', KEYS[1], '(' .. score, '+inf'), redis.call('ZCOUNT', KEYS[1], score, '+inf')
  while low < high do
    local middle = math.floor((low + high) / 2)
    if redis.call('ZREVRANGE', KEYS[1], middle, middle)[1] > id then low = middle + 1 else high = middle end
  end
  return low
end
local first = 0
if request.after then first = behind(request.after.order, request.after.id)
elseif request.below then first = redis.call('ZCOUNT', KEYS[1], request.below, '+inf') end
local last = first + request.look
if request.from then last = math.min(last, redis.call('ZCOUNT', KEYS[1], request.from, '+inf')) end
local range = last > first and redis.call('ZREVRANGE', KEYS[1], first, last - 1, 'WITHSCORES') or {}
for index = 1, #range, 2 do
  table.insert(ids, range[index])
  table.insert(orders, range[index + 1])
end`);

/**
 * A list that jobs enter at its head and leave at its tail: where the mark's job was taken by a worker, all behind it have
 * been before. Where it was deleted, the number of jobs that were behind it tells.
 */
export const READ_LINE = stretch(`
local length = redis.call('LLEN', KEYS[1])
local first = 0
if request.after then
  local at = redis.call('LPOS', KEYS[1], request.after.id)
  if at then first = at + 1
  elseif redis.call('EXISTS', ARGV[1] .. request.after.id) == 1 then first = length
  else first = math.max(0, length - request.after.order) end
end
ids = redis.call('LRANGE', KEYS[1], first, first + request.look - 1)
for index = 1, #ids do orders[index] = tostring(length - first - index) end`);

/** Those of the jobs that are asked for which are in the list still. */
export const READ_CHOSEN = stretch(`
for _, chosen in ipairs(request.chosen) do
  if redis.call('LPOS', KEYS[1], chosen.id) then
    table.insert(ids, chosen.id)
    table.insert(orders, chosen.order)
  end
end`);

/** The jobs of a list, and when each was started: Unix milliseconds as text. */
export const READ_STARTS = new Script(
  `
local ids = redis.call('LRANGE', KEYS[1], 0, -1)
local starts = {}
for index, id in ipairs(ids) do starts[index] = redis.call('HGET', ARGV[1] .. id, 'processedOn') or '0' end
return { ids, starts }`,
  1,
);
