export { type Decided, decide } from './decide.js';
export { type Decision, type Mode, STEP_NAMES, type Step, type StepName } from './decision.js';
export { PolicyError, type PolicyOptions, type PolicyProblem, parsePolicies, toPolicies } from './policies.js';
export type { Pin, PoolPolicy, ScaleLimit, Target } from './pool-policy.js';
export type { KnownPool, PoolSignal, PoolWorker, QueueLoad, UnknownPool } from './pool-signal.js';
export { initialState, type PoolState, type Sample } from './pool-state.js';
