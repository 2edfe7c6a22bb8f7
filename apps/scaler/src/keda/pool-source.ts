import type { Decision } from '@dts/scaling';

/** All that the external scaler knows of the rest: the pools there are, what was decided last, and a word when that is new. */
export interface PoolSource {
  /** Names of the pools in the policy that is in force. */
  pools(): readonly string[];
  /** Undefined before the first decision. In every process, whether it leads or follows: KEDA asks any of them. */
  latest(pool: string): Decision | undefined;
  /** Calls the listener after each decision on the pool, and when the pool is gone, until the returned function is called. */
  subscribe(pool: string, listener: () => void): () => void;
}

/** Injection token. */
export const POOL_SOURCE = Symbol('POOL_SOURCE');
