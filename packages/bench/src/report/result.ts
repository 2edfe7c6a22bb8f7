import type { Judgement } from '../goal.js';
import type { Contender, Lineup, Round, Workload } from '../workload.js';

/** What became of one workload. */
export interface Result {
  readonly workload: Workload;
  readonly contenders: readonly Pick<Contender, 'name' | 'does'>[];
  readonly absent: NonNullable<Lineup['absent']>;
  readonly rounds: readonly Round[];
  readonly judgements: readonly Judgement[];
  /** Seconds, with all that was started for it. */
  readonly took: number;
}
