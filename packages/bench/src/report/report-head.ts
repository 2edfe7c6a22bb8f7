import type { Plan } from '../plan.js';
import type { Machine } from './machine.js';

/** What all workloads of a report have in common. */
export interface ReportHead {
  readonly machine: Machine;
  readonly plan: Plan;
  readonly startedAt: Date;
}
