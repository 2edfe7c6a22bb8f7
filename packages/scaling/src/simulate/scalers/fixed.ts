import type { Scaler } from './scaler.js';

/** Never changes anything. At the highest number it shows which delays no scaler can prevent. */
export function createFixed(replicas: number): Scaler {
  return { period: 60_000, manners: { leaves: 'youngest', revives: false, hurries: false }, initial: replicas, decide: () => replicas };
}
