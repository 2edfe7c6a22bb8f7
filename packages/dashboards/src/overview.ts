import { dashboard, type Row } from './frame/frame.js';
import { heatmap, lines, number } from './frame/panels.js';
import { orZero, quantile } from './frame/query.js';

/** The four golden signals (https://sre.google/sre-book/monitoring-distributed-systems/): is all well, and where is it not? */
export const overview = () =>
  dashboard({
    uid: 'dts-overview',
    title: 'Overview',
    description: 'Traffic, latency, errors and saturation of the whole system.',
    rows: [now(), traffic(), latency(), errors(), saturation(), upkeep()],
  });

const now = (): Row => ({
  title: 'Now',
  panels: [
    number({
      title: 'Jobs a second',
      description: 'Jobs that ended, however they did.',
      unit: 'short',
      queries: [['sum(rate(dts_jobs_ended_total[$__rate_interval]))', 'ended']],
    }),
    number({
      title: 'Backlog',
      description: 'Jobs that could run, or will, and do not yet.',
      queries: [['sum(dts:queue_backlog:jobs)', 'jobs']],
      warn: 100_000,
      alarm: 500_000,
      alerts: ['DtsQueueDeep'],
    }),
    number({
      title: 'Oldest job waits',
      description:
        'Since the job that has waited longest could have started. Well below the 10 seconds in which jobs should start, or workers are missing.',
      unit: 's',
      queries: [['max(dts_queue_oldest_waiting_seconds)', 'oldest']],
      warn: 10,
      alarm: 60,
      alerts: ['DtsOldestJobWaits'],
    }),
    number({
      title: 'Attempts that fail',
      description: 'Of those that ended by themselves.',
      unit: 'percentunit',
      queries: [
        [
          'sum(rate(dts_attempts_total{outcome=~"retry|final"}[$__rate_interval])) / (sum(rate(dts_attempts_total{outcome=~"completed|retry|final"}[$__rate_interval])) > 0)',
          'failed',
        ],
      ],
      warn: 0.05,
      alarm: 0.2,
      alerts: ['DtsAttemptsFail'],
    }),
    number({
      title: 'Dead letters',
      description: 'Jobs that failed for good and wait for somebody to decide: Bull Board shows what they died of.',
      queries: [['sum by (queue) (dts_queue_jobs{state="dead"})', '{{queue}}']],
      failedJobs: true,
      warn: 1,
      alarm: 1_000,
      alerts: ['DtsDeadLettersGrow'],
    }),
    number({
      title: 'Alerts',
      description: 'That fire now.',
      queries: [[orZero('sum(ALERTS{alertname=~"Dts.+", alertstate="firing"})'), 'firing']],
      warn: 1,
      alarm: 3,
    }),
  ],
});

const traffic = (): Row => ({
  title: 'Traffic',
  panels: [
    lines(
      {
        title: 'Submissions',
        description: 'By how they were answered: created and replayed are stored, all else is the code of the problem.',
        unit: 'ops',
        queries: [['sum by (outcome) (rate(dts_submissions_total[$__rate_interval])) > 0', '{{outcome}}']],
        alerts: ['DtsSubmissionsFail', 'DtsNewWorkTurnedAway'],
      },
      { stacked: true },
    ),
    lines(
      {
        title: 'Jobs that ended',
        description: 'By how they did.',
        unit: 'ops',
        queries: [['sum by (state) (rate(dts_jobs_ended_total[$__rate_interval]))', '{{state}}']],
      },
      { stacked: true },
    ),
    lines({
      title: 'Arrivals and completions',
      description: 'While more come than go, the backlog grows.',
      unit: 'ops',
      queries: [
        ['sum(dts_queue_arrivals_per_second)', 'arrive'],
        ['sum(rate(dts_jobs_ended_total[$__rate_interval]))', 'end'],
      ],
    }),
  ],
});

const latency = (): Row => ({
  title: 'Latency',
  panels: [
    lines(
      {
        title: 'Submission',
        description: 'Until the answer: with synced durability most of it is the fsync of Redis.',
        unit: 's',
        queries: [0.5, 0.99].map((q) => [quantile(q, 'dts_submit_duration_seconds', '{outcome="accepted"}'), `p${q * 100}`]),
      },
      { log: true },
    ),
    lines(
      {
        title: 'Wait',
        description: 'Between the moment a job could start and its start.',
        unit: 's',
        queries: [
          [quantile(0.5, 'dts_job_wait_seconds', '', 'queue'), '{{queue}} p50'],
          [quantile(0.99, 'dts_job_wait_seconds', '', 'queue'), '{{queue}} p99'],
        ],
        alerts: ['DtsPickUpBurnsFast', 'DtsPickUpBurnsSlowly'],
      },
      { log: true },
    ),
    lines(
      {
        title: 'End to end',
        description: 'From submission, or from when it was to start, to the end, with every attempt.',
        unit: 's',
        queries: [
          [quantile(0.5, 'dts_job_end_to_end_seconds', '', 'queue'), '{{queue}} p50'],
          [quantile(0.99, 'dts_job_end_to_end_seconds', '', 'queue'), '{{queue}} p99'],
        ],
      },
      { log: true },
    ),
    heatmap({
      title: 'Waits',
      description: 'How many attempts waited for how long. Two bands mean two kinds of jobs, or two pools of which one is short.',
      queries: [['sum by (le) (increase(dts_job_wait_seconds_bucket[$__rate_interval]))', '{{le}}']],
    }),
    heatmap({
      title: 'Runs',
      description: 'How many attempts ran for how long.',
      queries: [['sum by (le) (increase(dts_job_run_seconds_bucket[$__rate_interval]))', '{{le}}']],
    }),
  ],
});

const errors = (): Row => ({
  title: 'Errors',
  panels: [
    lines({
      title: 'Problems that callers were told',
      description: 'By code; /problems of the gateway says what each means. Those of 500 and above are ours.',
      unit: 'ops',
      queries: [[orZero('sum by (code) (rate(dts_problems_total[$__rate_interval])) > 0'), '{{code}}']],
    }),
    lines({
      title: 'Attempts that fail',
      description: 'The part of them, by job type.',
      unit: 'percentunit',
      max: 1,
      queries: [['dts:attempts_failed:ratio_rate10m', '{{job_name}}']],
      alerts: ['DtsAttemptsFail'],
    }),
    lines({
      title: 'Jobs that die',
      description: 'By the code of the error that they died of.',
      unit: 'ops',
      queries: [[orZero('sum by (reason) (rate(dts_dead_jobs_total[$__rate_interval]))'), '{{reason}}']],
      alerts: ['DtsDeadLettersGrow'],
    }),
  ],
});

const saturation = (): Row => ({
  title: 'Saturation',
  panels: [
    lines(
      {
        title: 'Backlog',
        description: 'By queue.',
        width: 6,
        queries: [['dts:queue_backlog:jobs', '{{queue}}']],
        alerts: ['DtsQueueDeep'],
      },
      { stacked: true },
    ),
    lines({
      title: 'Slots in use',
      description: 'Of all that workers have. At 1 jobs wait for one another; the scaler should add workers.',
      unit: 'percentunit',
      max: 1,
      width: 6,
      queries: [['dts_queue_busy_slots / (dts_queue_slots > 0)', '{{queue}}']],
    }),
    lines({
      title: 'Memory of Redis',
      description: 'Of what it may use. At 70 % new jobs are turned away, so that those which are there can end.',
      unit: 'percentunit',
      max: 1,
      width: 6,
      queries: [[orZero('dts:redis_memory_used:ratio'), 'used']],
      alerts: ['DtsRedisMemoryHigh', 'DtsRedisMemoryFull'],
    }),
    lines({
      title: 'Requests in flight',
      description: 'That gateways are answering. Most are long polls and event streams, which cost little while they wait.',
      width: 6,
      queries: [
        ['sum(dts_requests_in_flight)', 'requests'],
        ['sum(dts_event_streams)', 'of these, event streams'],
      ],
    }),
  ],
});

const upkeep = (): Row => ({
  title: 'Schedules and operations',
  panels: [
    number({ title: 'Schedules', description: 'Paused and ended ones included.', queries: [['max(dts_schedules)', 'schedules']] }),
    lines({
      title: 'Runs of schedules',
      description:
        'Skipped: the one before had not finished. Missed: nobody was there for long. Refused: for good. Mended: it was left undone, or would have been.',
      width: 10,
      unit: 'ops',
      queries: [
        ['sum by (outcome) (rate(dts_schedule_runs_total[$__rate_interval]))', '{{outcome}}'],
        ['sum(rate(dts_schedules_mended_total[$__rate_interval]))', 'mended'],
      ],
    }),
    lines({
      title: 'Operations',
      description: 'Redrives, purges and the like that ended, by how.',
      width: 10,
      unit: 'ops',
      queries: [[orZero('sum by (kind, outcome) (rate(dts_operations_total[$__rate_interval]))'), '{{kind}} {{outcome}}']],
    }),
  ],
});
