export { Admission } from './admission.js';
export { ArrivalBell } from './arrival-bell.js';
export { encodeAttempt } from './attempt.js';
export { isOfAttempt } from './attempts/attempt-error.js';
export { EndNotes } from './attempts/end-notes.js';
export { handBack, toFailure } from './attempts/failure.js';
export { LaneGate } from './attempts/lane-gate.js';
export { classifyThrown, type FailedOutcome, stopped } from './attempts/outcome.js';
export { Preparation, timeoutOf } from './attempts/preparation.js';
export {
  type AttemptReport,
  endingOf,
  factsOf,
  type JobEnd,
  labelsOf,
  reportAttempt,
  reportFailure,
  reportSuccess,
} from './attempts/report.js';
export { CRASHES_TOLERATED, Starts } from './attempts/starts.js';
export { keyOf, type WorkerJob } from './attempts/worker-job.js';
export { workerOptions } from './attempts/worker-options.js';
export { type AuditEntry, AuditLog } from './audit-log.js';
export { Cancellations } from './cancellations.js';
export { connectProducer, connectWorker, isAnswering, keyPrefix, type RedisClient } from './connection.js';
export type { DeadLetterFilter } from './dead-letters/dead-letter-filter.js';
export { DeadLetters } from './dead-letters/dead-letters.js';
export { DeploymentKey } from './deployment-key.js';
export { Drains } from './drains.js';
export { type DueWork, readDueWork } from './due-work.js';
export { findWeakSettings } from './durability.js';
export { QueueError, toPayloadIssues } from './errors.js';
export { ARRIVAL_PRIORITY } from './fairness/line.js';
export { Ranking } from './fairness/ranking.js';
export { RankingTicker } from './fairness/ranking-ticker.js';
export { fingerprint } from './fingerprint.js';
export { type ChildRecord, Children } from './flows/children.js';
export {
  FLOW_STATES,
  type Flow,
  type FlowNode,
  type FlowNodeInput,
  type FlowSummary,
  MAX_FLOW_DEPTH,
  MAX_FLOW_NODES,
} from './flows/flow.js';
export { ON_FAILURE } from './flows/flow-link.js';
export { Flows } from './flows/flows.js';
export { nodesOf } from './flows/nodes-of.js';
export type { JobEvent, Notice } from './following/following.js';
export { JobFollower } from './following/job-follower.js';
export { decodeTold, encodeTold } from './following/told.js';
export { JobClient } from './job-client.js';
export type { JobData } from './job-data.js';
export { JobLogs } from './job-logs.js';
export type { SubmitOptions } from './job-options.js';
export { FINAL_STATES, JOB_STATES, type JobRecord } from './job-record.js';
export { JobWatcher } from './job-watcher.js';
export { Lanes } from './lanes/lanes.js';
export { type TenantLimits, TenantLimitsStore } from './lanes/tenant-limits.js';
export type { Beat, Lease, LeaseFailure, LeaseWorker, Settled } from './leases/lease.js';
export { type LeaseEvents, Leases } from './leases/leases.js';
export { JobLister } from './listing/job-lister.js';
export { PLACE_NAMES } from './listing/place.js';
export { Loop } from './loop.js';
export { flowNotFound, jobNotFound, operationNotFound } from './not-found.js';
export { OPERATION_KINDS, OPERATION_STATES, type Operation, type OperationKind } from './operations/operation.js';
export { type OperationEvents, OperationTicker } from './operations/operation-ticker.js';
export { Operations } from './operations/operations.js';
export { type QueueChoice, queueChoices } from './queue-choices.js';
export { QueueControl, type QueueLimits } from './queue-control.js';
export { queueEnvShape } from './queue-env.js';
export { QueueInspector, type QueueSnapshot } from './queue-inspector.js';
export { QueueOverview, type QueueRecord } from './queue-overview.js';
export { type JobQueue, openQueues, type Queues } from './queues.js';
export { explainFailure } from './redis-failure.js';
export { type RedisServerState, readRedisServer } from './redis-server-state.js';
export { Replication } from './replication.js';
export { EarlyEnds } from './retention/early-ends.js';
export { RetentionTicker } from './retention/retention-ticker.js';
export { ScalingLog, scalingLogKey } from './scaling-log.js';
export { readNextRuns } from './schedules/next-runs.js';
export { nextStarts, OVERLAPS, type Schedule, type ScheduleName, type ScheduleSpec } from './schedules/schedule.js';
export { ScheduleTicker, type TickerEvents } from './schedules/schedule-ticker.js';
export { Schedules } from './schedules/schedules.js';
export { QueueCounters } from './statistics/queue-counters.js';
export { type Percentiles, type RecentRuns, StatisticsReader } from './statistics/statistics-reader.js';
export { StatisticsWriter } from './statistics/statistics-writer.js';
export { MAX_PAYLOAD_BYTES, type Submission } from './submission.js';
export type { Outcome } from './submitter.js';
export { activeTrace, createTelemetry, UNRECORDED } from './telemetry.js';
export { WakeUp } from './wake-up.js';
export { type WorkerInfo, type WorkerQueue, WorkerRegistry } from './worker-registry.js';
