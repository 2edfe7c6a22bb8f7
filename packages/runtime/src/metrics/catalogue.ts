/** From a millisecond to hours: jobs are as different as that. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14_400];

/** From a tenth of a millisecond: Redis is asked for single keys. */
const COMMAND_BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

/**
 * Every metric of every app: names, labels, help. Base units and suffixes follow Prometheus's naming guide. What is the same for
 * all processes (queues, pools, the Redis server) comes from the scaler that leads and from nobody else, so it may be added up.
 */
export const METRICS = {
  // Every app.
  buildInfo: { name: 'dts_build_info', help: 'Always 1: which app this is, and its version', labelNames: ['app', 'version'] },
  redisConnected: { name: 'dts_redis_connected', help: '1 while Redis answers this process within a second', labelNames: [] },
  redisSeconds: {
    name: 'dts_redis_command_duration_seconds',
    help: 'Round trip of a command that this process sends every second to see how long one takes',
    labelNames: [],
    buckets: COMMAND_BUCKETS,
  },

  // The gateway.
  submissions: {
    name: 'dts_submissions_total',
    help: 'Submissions answered, by job type and outcome',
    labelNames: ['job_name', 'outcome'],
  },
  submitSeconds: {
    name: 'dts_submit_duration_seconds',
    help: 'Time to answer a submission, by outcome: accepted, refused (the caller can mend it), failed (it cannot)',
    labelNames: ['queue', 'job_name', 'outcome'],
    buckets: DURATION_BUCKETS,
  },
  tenantSubmissions: {
    name: 'dts_tenant_submissions_total',
    help: 'Submissions answered, by tenant and outcome (accepted, refused, failed); tenants beyond a fixed number are called other',
    labelNames: ['tenant', 'outcome'],
  },
  weakSettings: {
    name: 'dts_redis_weak_settings',
    help: 'Settings and replicas of Redis that fall short of what this gateway promises; absent while they are not known',
    labelNames: [],
  },
  problems: { name: 'dts_problems_total', help: 'Requests answered with a problem, by its code', labelNames: ['code'] },
  requestsInFlight: {
    name: 'dts_requests_in_flight',
    help: 'Requests that are being answered, long polls and event streams included',
    labelNames: [],
  },
  eventStreams: { name: 'dts_event_streams', help: 'Event streams that are open', labelNames: [] },
  schedules: {
    name: 'dts_schedules',
    help: 'Schedules there are, paused and ended ones included; every gateway tells the same number; absent while unknown',
    labelNames: [],
  },
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

  // A worker.
  attempts: { name: 'dts_attempts_total', help: 'Attempts ended, by outcome', labelNames: ['queue', 'job_name', 'outcome'] },
  retries: { name: 'dts_retries_total', help: 'Attempts that failed and are followed by another one', labelNames: ['queue', 'job_name'] },
  jobsEnded: {
    name: 'dts_jobs_ended_total',
    help: 'Jobs that ended, by how: completed, dead, cancelled, expired',
    labelNames: ['queue', 'job_name', 'state'],
  },
  deadJobs: {
    name: 'dts_dead_jobs_total',
    help: 'Jobs that died, by the code of the error they died of; codes beyond a fixed number are called other',
    labelNames: ['queue', 'job_name', 'reason'],
  },
  waitSeconds: {
    name: 'dts_job_wait_seconds',
    help: 'Time between the moment a job could start and its start',
    labelNames: ['queue', 'job_name'],
    buckets: DURATION_BUCKETS,
  },
  runSeconds: {
    name: 'dts_job_run_seconds',
    help: 'Time that one attempt ran',
    labelNames: ['queue', 'job_name'],
    buckets: DURATION_BUCKETS,
  },
  endToEndSeconds: {
    name: 'dts_job_end_to_end_seconds',
    help: 'Time between the submission of a job, or the moment it was to start at, and its end with every attempt',
    labelNames: ['queue', 'job_name'],
    buckets: DURATION_BUCKETS,
  },
  stalls: { name: 'dts_stalled_jobs_total', help: 'Jobs taken back from a worker that went silent', labelNames: ['queue'] },
  quarantined: {
    name: 'dts_quarantined_starts_total',
    help: 'Starts apart from healthy jobs, of jobs that may have crashed their workers again and again',
    labelNames: ['queue', 'job_name'],
  },
  handlerCrashes: {
    name: 'dts_handler_crashes_total',
    help: 'Threads and processes that ended under the handler that they ran, by place: thread, quarantine',
    labelNames: ['place'],
  },
  slots: { name: 'dts_worker_slots', help: 'Jobs this worker can run at once', labelNames: ['queue'] },
  busySlots: { name: 'dts_worker_busy_slots', help: 'Jobs this worker runs now', labelNames: ['queue'] },
  heartbeat: {
    name: 'dts_worker_last_heartbeat_timestamp_seconds',
    help: 'When Redis last took a heartbeat of this worker',
    labelNames: [],
  },
  workerDraining: { name: 'dts_worker_draining', help: '1 while this worker fetches nothing more', labelNames: [] },
  consumerRestarts: {
    name: 'dts_worker_consumer_restarts_total',
    help: 'Times that a queue was fetched from anew because jobs waited, slots were free and nothing was fetched',
    labelNames: ['queue'],
  },

  // Queues, from the scaler that leads.
  queueJobs: { name: 'dts_queue_jobs', help: 'Jobs in a queue, by state', labelNames: ['queue', 'state'] },
  oldestWaiting: { name: 'dts_queue_oldest_waiting_seconds', help: 'Age of the job that has waited longest', labelNames: ['queue'] },
  delayedDue: {
    name: 'dts_queue_delayed_due_jobs',
    help: 'Delayed jobs that are due or will be before a worker could start',
    labelNames: ['queue'],
  },
  paused: { name: 'dts_queue_paused', help: '1 while a queue is paused', labelNames: ['queue'] },
  arrivalRate: { name: 'dts_queue_arrivals_per_second', help: 'Jobs that arrive, smoothed; absent while unknown', labelNames: ['queue'] },
  queueWorkers: { name: 'dts_queue_workers', help: 'Workers that serve a queue, by their own account', labelNames: ['queue'] },
  queueSlots: { name: 'dts_queue_slots', help: 'Jobs of a queue that all workers together can run at once', labelNames: ['queue'] },
  queueBusySlots: { name: 'dts_queue_busy_slots', help: 'Jobs of a queue that workers run, by their own account', labelNames: ['queue'] },
  queueHeartbeat: {
    name: 'dts_queue_oldest_heartbeat_seconds',
    help: 'Age of the last heartbeat of the worker of a queue that was heard of least lately; absent without workers',
    labelNames: ['queue'],
  },

  // The scaler: the first ones from each, those of pools from the one that leads.
  signalFailures: { name: 'dts_scaler_signal_failures_total', help: 'Readings of a queue that failed', labelNames: ['queue'] },
  leader: { name: 'dts_scaler_leader', help: '1 while this scaler is the one that acts', labelNames: [] },
  policyValid: {
    name: 'dts_scaler_policy_valid',
    help: '0 while the policy file is wrong, and the last good one in force',
    labelNames: [],
  },
  lastRound: {
    name: 'dts_scaler_last_round_timestamp_seconds',
    help: 'When this scaler last got through all pools',
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
  poolReady: { name: 'dts_pool_ready_workers', help: 'Workers of a pool that are heard of and do not drain', labelNames: ['pool'] },
  poolLimit: {
    name: 'dts_pool_limit_workers',
    help: 'The fewest (min) and the most (max) workers of a pool',
    labelNames: ['pool', 'limit'],
  },
  poolPickUpTarget: {
    name: 'dts_pool_pick_up_target_seconds',
    help: 'The longest that a job of the pool should wait until it starts',
    labelNames: ['pool'],
  },
  poolBlocked: {
    name: 'dts_pool_blocked',
    help: '1 while what was decided for a pool cannot be carried out',
    labelNames: ['pool'],
  },
  kedaCalls: {
    name: 'dts_keda_calls_total',
    help: 'Calls of KEDA answered, by method and gRPC status; a stream counts when it is opened',
    labelNames: ['method', 'code'],
  },
  kedaStreams: { name: 'dts_keda_streams', help: 'StreamIsActive calls that are open', labelNames: [] },

  // The Redis server, from the scaler that leads. All are absent while it does not answer.
  redisMemory: { name: 'dts_redis_memory_used_bytes', help: 'Memory that Redis uses', labelNames: [] },
  redisMaxMemory: { name: 'dts_redis_memory_max_bytes', help: 'Memory that Redis may use; 0 where nothing bounds it', labelNames: [] },
  redisAofEnabled: { name: 'dts_redis_aof_enabled', help: '1 while Redis writes an append-only file', labelNames: [] },
  redisAofWritable: {
    name: 'dts_redis_aof_last_write_ok',
    help: '1 while the last write to the append-only file succeeded',
    labelNames: [],
  },
  redisAofSynced: {
    name: 'dts_redis_aof_last_synced_timestamp_seconds',
    help: 'When the append-only file was last seen to be written with no fsync under way',
    labelNames: [],
  },
  redisDelayedFsyncs: {
    name: 'dts_redis_aof_delayed_fsyncs_total',
    help: 'Writes that waited because an fsync before them had not ended',
    labelNames: [],
  },
  redisRewriting: { name: 'dts_redis_aof_rewrite_in_progress', help: '1 while the append-only file is written anew', labelNames: [] },
  redisClients: { name: 'dts_redis_clients', help: 'Connections to Redis', labelNames: [] },
  redisReplicas: { name: 'dts_redis_replicas', help: 'Replicas that are connected', labelNames: [] },
  redisCommands: { name: 'dts_redis_commands_total', help: 'Commands that Redis has carried out', labelNames: [] },
  redisCpu: { name: 'dts_redis_cpu_seconds_total', help: 'Processor time that Redis has used', labelNames: [] },
  redisEvicted: { name: 'dts_redis_evicted_keys_total', help: 'Keys that Redis has thrown away for want of memory', labelNames: [] },
  redisStart: { name: 'dts_redis_start_timestamp_seconds', help: 'When Redis was started', labelNames: [] },
} as const;
