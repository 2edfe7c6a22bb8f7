export { decide } from './decide.js';
export { type Decided, type Decision, STEP_NAMES, type Step, type StepName } from './decision.js';
export { type PolicyOptions, parsePolicies, toPolicies } from './policy/policies.js';
export { PolicyError, type PolicyProblem } from './policy/policy-error.js';
export type { Mode, Pin, PoolPolicy, ScaleLimit, Target } from './pool-policy.js';
export type { KnownPool, PoolSignal, PoolWorker, QueueLoad, UnknownPool } from './pool-signal.js';
export { initialState, type PoolState } from './pool-state.js';
