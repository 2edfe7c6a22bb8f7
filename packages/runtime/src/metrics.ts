import { makeCounterProvider, makeGaugeProvider, makeHistogramProvider } from '@willsoto/nestjs-prometheus';

/** From a millisecond to hours: jobs are as different as that. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14_400];

/** Every metric of every app: names, labels, help. Base units and suffixes follow Prometheus's naming guide. */
export const METRICS = {
  submissions: { name: 'dts_submissions_total', help: 'Submissions answered, by job type and outcome', labelNames: ['job', 'outcome'] },
  submitSeconds: {
    name: 'dts_submit_duration_seconds',
    help: 'Time to acknowledge a submission',
    labelNames: ['outcome'],
    buckets: DURATION_BUCKETS,
  },
  problems: { name: 'dts_problems_total', help: 'Requests answered with a problem, by its code', labelNames: ['code'] },
  eventStreams: { name: 'dts_event_streams', help: 'Event streams that are open', labelNames: [] },
  schedules: { name: 'dts_schedules', help: 'Schedules there are, paused and ended ones included', labelNames: [] },
  scheduleRuns: {
    name: 'dts_schedule_runs_total',
    help: 'Runs of schedules by outcome: started, skipped (the one before had not finished), missed (nobody was there for long), refused (for good)',
    labelNames: ['outcome'],
  },
  schedulesMended: {
    name: 'dts_schedules_mended_total',
    help: 'Schedules whose run was left undone, or that nobody would have looked at again, and that were put right',
    labelNames: [],
  },
  deadLetterChanges: {
    name: 'dts_dead_letter_changes_total',
    help: 'Jobs that had ended and were changed: redriven or purged by an operation, retried by themselves',
    labelNames: ['queue', 'change'],
  },
  operations: { name: 'dts_operations_total', help: 'Operations that ended, by kind and outcome', labelNames: ['kind', 'outcome'] },
  attempts: { name: 'dts_attempts_total', help: 'Attempts ended, by outcome', labelNames: ['queue', 'job', 'outcome'] },
  waitSeconds: {
    name: 'dts_job_wait_seconds',
    help: 'Time between the moment a job could start and its start',
    labelNames: ['queue', 'job'],
    buckets: DURATION_BUCKETS,
  },
  runSeconds: { name: 'dts_job_run_seconds', help: 'Time that one attempt ran', labelNames: ['queue', 'job'], buckets: DURATION_BUCKETS },
  stalls: { name: 'dts_stalled_jobs_total', help: 'Jobs taken back from a worker that went silent', labelNames: ['queue'] },
  slots: { name: 'dts_worker_slots', help: 'Jobs this worker can run at once', labelNames: ['queue'] },
  busySlots: { name: 'dts_worker_busy_slots', help: 'Jobs this worker runs now', labelNames: ['queue'] },
  consumerRestarts: {
    name: 'dts_worker_consumer_restarts_total',
    help: 'Times that a queue was fetched from anew because jobs waited, slots were free and nothing was fetched',
    labelNames: ['queue'],
  },
  queueJobs: { name: 'dts_queue_jobs', help: 'Jobs in a queue, by state', labelNames: ['queue', 'state'] },
  oldestWaiting: { name: 'dts_queue_oldest_waiting_seconds', help: 'Age of the job that has waited longest', labelNames: ['queue'] },
  delayedDue: {
    name: 'dts_queue_delayed_due_jobs',
    help: 'Delayed jobs that are due or will be before a worker could start',
    labelNames: ['queue'],
  },
  paused: { name: 'dts_queue_paused', help: '1 while a queue is paused', labelNames: ['queue'] },
  arrivalRate: { name: 'dts_queue_arrivals_per_second', help: 'Jobs that arrive, smoothed; absent while unknown', labelNames: ['queue'] },
  signalFailures: { name: 'dts_scaler_signal_failures_total', help: 'Readings of a queue that failed', labelNames: ['queue'] },
  leader: { name: 'dts_scaler_leader', help: '1 while this scaler is the one that acts', labelNames: [] },
  policyValid: {
    name: 'dts_scaler_policy_valid',
    help: '0 while the policy file is wrong, and the last good one in force',
    labelNames: [],
  },
  poolWorkers: {
    name: 'dts_pool_workers',
    help: 'Workers that the target of a pool is set to, those that drain included; absent while unknown',
    labelNames: ['pool'],
  },
  poolDraining: { name: 'dts_pool_draining_workers', help: 'Workers that drain before they are taken away', labelNames: ['pool'] },
  poolRaw: {
    name: 'dts_pool_raw_workers',
    help: 'Workers that the load asks for, before every limit; absent while unknown',
    labelNames: ['pool'],
  },
  poolDesired: { name: 'dts_pool_desired_workers', help: 'Workers that the pool should have; absent while unknown', labelNames: ['pool'] },
  poolStage: {
    name: 'dts_pool_stage_workers',
    help: 'Workers as they stand after a stage of the last decision; absent for a stage that had nothing to say',
    labelNames: ['pool', 'stage'],
  },
  poolPinned: { name: 'dts_pool_pinned', help: "1 while an operator's number goes before the load's", labelNames: ['pool'] },
  decisions: {
    name: 'dts_scaler_decisions_total',
    help: 'Decisions by what they come to: up, down, stay, unknown',
    labelNames: ['pool', 'outcome'],
  },
  scalings: {
    name: 'dts_scaler_scalings_total',
    help: 'Changes of a target by direction (up, down) and outcome (done, failed)',
    labelNames: ['pool', 'direction', 'outcome'],
  },
  kedaCalls: {
    name: 'dts_keda_calls_total',
    help: 'Calls of KEDA answered, by method and gRPC status; a stream counts when it is opened',
    labelNames: ['method', 'code'],
  },
  kedaStreams: { name: 'dts_keda_streams', help: 'StreamIsActive calls that are open', labelNames: [] },
} as const;

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
}

/** A provider for `@InjectMetric(metric.name)`. */
export const counter = (metric: Metric) => makeCounterProvider({ ...metric, labelNames: [...metric.labelNames] });
export const gauge = (metric: Metric) => makeGaugeProvider({ ...metric, labelNames: [...metric.labelNames] });
export const histogram = (metric: Metric & { readonly buckets: readonly number[] }) =>
  makeHistogramProvider({ ...metric, labelNames: [...metric.labelNames], buckets: [...metric.buckets] });
