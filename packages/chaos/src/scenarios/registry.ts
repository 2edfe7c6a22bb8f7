import { redisKill } from './redis-kill.js';
import type { Scenario } from './scenario.js';

/** The matrix, in the order in which it is played. */
export const SCENARIOS: readonly Scenario[] = [redisKill];

export function findScenario(name: string): Scenario | undefined {
  return SCENARIOS.find((scenario) => scenario.name === name);
}
