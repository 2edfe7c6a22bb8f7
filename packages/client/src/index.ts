export type { BatchJob, BatchResult } from './batch.js';
export type { Flow, FlowChildInput, FlowInput, FlowJob, FlowNode, OnFailure, SubmittedFlow } from './flow.js';
export type { FlowsClient } from './flows.js';
export type { FinalState, Job, JobAttempt, JobError, JobState, JobType, SubmittedJob } from './job.js';
export type { JobOptions } from './job-options.js';
export { SchedulerClient, type SchedulerClientOptions, type SubmitOptions, type WaitOptions } from './scheduler-client.js';
export { type ProblemEntry, SchedulerError } from './scheduler-error.js';
export type { Schedule, ScheduledJob, ScheduleInput, SchedulesClient } from './schedules.js';
export type { CallOptions, Retry } from './transport.js';
