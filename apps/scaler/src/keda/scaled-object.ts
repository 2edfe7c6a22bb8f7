import type { ScaledObjectRef } from './protocol.js';
import { invalid, unavailable } from './refusal.js';

/** Names that a message quotes: a policy may hold many pools. */
const MAX_NAMES = 20;

/**
 * The pool that a ScaledObject names in its trigger's `metadata`.
 * @throws Refusal that says what to write there
 */
export function poolOf(scaledObject: ScaledObjectRef | null, pools: readonly string[]): string {
  if (!scaledObject) throw invalid('the call names no ScaledObject: KEDA always does, so ask as KEDA does');
  if (pools.length === 0) throw unavailable('which pools there are is not known yet, as the scaler has just started');
  const pool = scaledObject.scalerMetadata.pool ?? '';
  if (pool === '') throw invalid(`the trigger's metadata lacks "pool": write pool: and one of ${listed(pools)}`);
  if (!pools.includes(pool))
    throw invalid(`the trigger's metadata has pool: ${quoted(pool)}, which is not in the policy: write one of ${listed(pools)}`);
  return pool;
}

function listed(pools: readonly string[]): string {
  const names = pools.slice(0, MAX_NAMES).map(quoted).join(', ');
  return pools.length > MAX_NAMES ? `${names}, …` : names;
}

export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
