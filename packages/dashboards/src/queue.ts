import { dashboard, type Row } from './frame/frame.js';
import { heatmap, lines, number } from './frame/panels.js';
import { orZero, quantile } from './frame/query.js';

const QUEUE = '{queue=~"$queue"}';
const JOB = '{queue=~"$queue", job_name=~"$job_name"}';

/** One queue, or several: what is in them, how fast it moves, what goes wrong. */
export const queue = () =>
  dashboard({
    uid: 'dts-queue',
    title: 'Queue',
    description: 'What is in a queue, how long it takes, and what becomes of it.',
    choices: [
      { name: 'queue', label: 'Queue', metric: 'dts_queue_jobs' },
      { name: 'job_name', label: 'Job type', metric: 'dts_attempts_total{queue=~"$queue"}' },
    ],
    rows: [now(), flow(), time(), outcomes()],
  });

const now = (): Row => ({
  title: 'Now',
  panels: [
    number({
      title: 'Backlog',
      description: 'Jobs that could run, or will, and do not yet.',
      queries: [[`sum(dts:queue_backlog:jobs${QUEUE})`, 'jobs']],
    }),
    number({
      title: 'Oldest job waits',
      description: 'Since it could have started.',
      unit: 's',
      queries: [[`max(dts_queue_oldest_waiting_seconds${QUEUE})`, 'oldest']],
      warn: 10,
      alarm: 60,
      alerts: ['DtsOldestJobWaits'],
    }),
    number({
      title: 'Running',
      description: 'Jobs that workers have.',
      queries: [[`sum(dts_queue_jobs{queue=~"$queue", state="active"})`, 'jobs']],
    }),
    number({
      title: 'Workers',
      description: 'That serve it, by their own account.',
      queries: [[`sum(dts_queue_workers${QUEUE})`, 'workers']],
      alerts: ['DtsNoWorkers'],
    }),
    number({
      title: 'Dead letters',
      description: 'Jobs that failed for good.',
      queries: [[`sum by (queue) (dts_queue_jobs{queue=~"$queue", state="dead"})`, '{{queue}}']],
      failedJobs: true,
      warn: 1,
      alarm: 1_000,
      alerts: ['DtsDeadLettersGrow'],
    }),
    number({
      title: 'Paused',
      description: 'Queues from which nothing is fetched, because somebody wants it so.',
      queries: [[`sum(dts_queue_paused${QUEUE})`, 'paused']],
      warn: 1,
      alerts: ['DtsQueuePaused'],
    }),
  ],
});

const flow = (): Row => ({
  title: 'Flow',
  panels: [
    lines({
      title: 'Jobs by state',
      description: 'Parked jobs wait for others with the same ordering key, or for a limit of their tenant.',
      queries: [[`sum by (state) (dts_queue_jobs{queue=~"$queue", state!~"completed|cancelled|expired"})`, '{{state}}']],
    }),
    lines({
      title: 'In and out',
      description: 'While more come than go, the backlog grows.',
      unit: 'ops',
      queries: [
        [`sum(dts_queue_arrivals_per_second${QUEUE})`, 'arrive'],
        [`sum(rate(dts_jobs_ended_total${JOB}[$__rate_interval]))`, 'end'],
      ],
    }),
    lines({
      title: 'Oldest job, and what is due',
      description: 'Age of the job that has waited longest, in seconds; delayed jobs that are due, or will be before a worker could start.',
      queries: [
        [`dts_queue_oldest_waiting_seconds${QUEUE}`, '{{queue}} oldest (s)'],
        [`dts_queue_delayed_due_jobs${QUEUE}`, '{{queue}} due (jobs)'],
      ],
      alerts: ['DtsOldestJobWaits'],
    }),
  ],
});

const time = (): Row => ({
  title: 'Time',
  panels: [
    lines(
      {
        title: 'Wait',
        description: 'Between the moment a job could start and its start.',
        unit: 's',
        queries: [0.5, 0.9, 0.99].map((q) => [quantile(q, 'dts_job_wait_seconds', JOB), `p${q * 100}`]),
        alerts: ['DtsPickUpBurnsFast', 'DtsPickUpBurnsSlowly'],
      },
      { log: true },
    ),
    lines(
      {
        title: 'Run',
        description: 'How long attempts ran, by job type.',
        unit: 's',
        queries: [
          [quantile(0.5, 'dts_job_run_seconds', JOB, 'job_name'), '{{job_name}} p50'],
          [quantile(0.99, 'dts_job_run_seconds', JOB, 'job_name'), '{{job_name}} p99'],
        ],
      },
      { log: true },
    ),
    lines(
      {
        title: 'End to end',
        description: 'From submission, or from when it was to start, to the end, with every attempt.',
        unit: 's',
        queries: [
          [quantile(0.5, 'dts_job_end_to_end_seconds', JOB, 'job_name'), '{{job_name}} p50'],
          [quantile(0.99, 'dts_job_end_to_end_seconds', JOB, 'job_name'), '{{job_name}} p99'],
        ],
      },
      { log: true },
    ),
    heatmap({
      title: 'Waits',
      description: 'How many attempts waited for how long.',
      queries: [[`sum by (le) (increase(dts_job_wait_seconds_bucket${JOB}[$__rate_interval]))`, '{{le}}']],
    }),
    heatmap({
      title: 'Runs',
      description: 'How many attempts ran for how long.',
      queries: [[`sum by (le) (increase(dts_job_run_seconds_bucket${JOB}[$__rate_interval]))`, '{{le}}']],
    }),
  ],
});

const outcomes = (): Row => ({
  title: 'Outcomes',
  panels: [
    lines(
      {
        title: 'Attempts',
        description: 'By how they ended.',
        unit: 'ops',
        queries: [[`sum by (outcome) (rate(dts_attempts_total${JOB}[$__rate_interval]))`, '{{outcome}}']],
        alerts: ['DtsAttemptsFail'],
      },
      { stacked: true },
    ),
    lines(
      {
        title: 'Jobs',
        description: 'By how they ended.',
        unit: 'ops',
        queries: [[`sum by (state) (rate(dts_jobs_ended_total${JOB}[$__rate_interval]))`, '{{state}}']],
      },
      { stacked: true },
    ),
    lines({
      title: 'Retries',
      description: 'Attempts that failed and are followed by another one.',
      unit: 'ops',
      queries: [[`sum by (job_name) (rate(dts_retries_total${JOB}[$__rate_interval]))`, '{{job_name}}']],
    }),
    lines({
      title: 'What jobs died of',
      description: 'By the code of the error.',
      unit: 'ops',
      queries: [[orZero(`sum by (job_name, reason) (rate(dts_dead_jobs_total${JOB}[$__rate_interval]))`), '{{job_name}}: {{reason}}']],
      alerts: ['DtsDeadLettersGrow'],
    }),
    lines({
      title: 'Taken from silent workers, and kept apart',
      description: 'Stalled jobs run again with another worker; jobs that may have crashed several run in quarantine.',
      unit: 'ops',
      queries: [
        [orZero(`sum(rate(dts_stalled_jobs_total${QUEUE}[$__rate_interval]))`), 'stalled'],
        [orZero(`sum(rate(dts_quarantined_starts_total${JOB}[$__rate_interval]))`), 'in quarantine'],
      ],
      alerts: ['DtsJobsStall', 'DtsPoisonJobs'],
    }),
    lines({
      title: 'Dead letters that were dealt with',
      description: 'Redriven or purged by an operation, retried by themselves.',
      unit: 'ops',
      queries: [[orZero(`sum by (change) (rate(dts_dead_letter_changes_total${QUEUE}[$__rate_interval]))`), '{{change}}']],
    }),
  ],
});
