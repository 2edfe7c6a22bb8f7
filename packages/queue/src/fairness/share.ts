/** Whose share of a queue a job uses, and where it stands among its tenant's own: kept with the job's options. */
export interface Share {
  readonly tenant: string;
  /** 1 (highest) to 10. */
  readonly priority: number;
}

/** Of every job, so it is short: the tenant, and the priority unless it is 1. Tenants have no colon. */
export function encodeShare({ tenant, priority }: Share): string {
  return priority === 1 ? tenant : `${tenant}:${priority}`;
}

export function decodeShare(text: string): Share {
  const [tenant = '', priority = '1'] = text.split(':');
  return { tenant, priority: Number(priority) };
}

/**
 * The same in Lua: `share(options)` gives tenant, priority and ordering key, '' for none. What it cannot read belongs to
 * nobody: a job that somebody else has stored must not keep the others from their places.
 */
export const SHARE_LUA = `
local function share(options)
  local isRead, read = pcall(cjson.decode, options)
  if not isRead or type(read) ~= 'table' or type(read.share) ~= 'string' then return '', 1, '' end
  local tenant, priority = string.match(read.share, '^([^:]*):?(%d*)')
  local key = type(read.orderingKey) == 'string' and read.orderingKey or ''
  return tenant, math.max(1, math.min(10, tonumber(priority) or 1)), key
end`;
