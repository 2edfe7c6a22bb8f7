import type { AuditCounts, Finding } from '../audit/audit.js';
import type { Scenario } from '../scenarios/scenario.js';
import type { Arm } from '../stage/arm.js';
import type { Expectation } from '../stage/expectation.js';
import type { Mark, Moment } from '../timeline/timeline.js';

/** One arm of a scenario, played and audited. */
export interface ArmResult {
  readonly arm: Arm;
  readonly seconds: number;
  readonly counts: AuditCounts;
  readonly findings: readonly Finding[];
  readonly expectations: readonly Expectation[];
  /** Milliseconds; null where the scenario measures none. */
  readonly recoveryMs: number | null;
  /** Milliseconds over all acknowledged submissions. */
  readonly latency: Pick<Moment, 'p50' | 'p99' | 'max'>;
  /** Answers that were no acknowledgement, by reason. */
  readonly troubles: Readonly<Record<string, number>>;
  readonly moments: readonly Moment[];
  readonly marks: readonly Mark[];
}

export type Verdict = 'pass' | 'fail' | 'skipped';

export interface ScenarioResult {
  readonly scenario: Omit<Scenario, 'play' | 'obstacle'>;
  readonly seed: number;
  readonly verdict: Verdict;
  /** Why it failed or was skipped, a line each. */
  readonly reasons: readonly string[];
  readonly arms: readonly ArmResult[];
}
