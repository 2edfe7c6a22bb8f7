import { dashboard, type Row } from './frame/frame.js';
import { lines, number } from './frame/panels.js';
import { orZero, quantile } from './frame/query.js';

const QUEUE = '{queue=~"$queue"}';
/** Of attempts, that may start later than the pick-up target; as the alerts have it. */
const BUDGET = 0.01;
const TARGET_S = 10;

/** The bucket of what was in time, which Prometheus 2 and 3 call by different names. */
const late = (window: string) => {
  const inTime = `sum by (queue) (increase(dts_job_wait_seconds_bucket{queue=~"$queue", le=~"${TARGET_S}|${TARGET_S}.0"}[${window}]))`;
  return `(1 - ${inTime} / (sum by (queue) (increase(dts_job_wait_seconds_count${QUEUE}[${window}])) > 0))`;
};

/** Whether promises are kept, and for how long they will be at this pace. */
export const slo = () =>
  dashboard({
    uid: 'dts-slo',
    title: 'Objectives',
    description: `99 % of attempts start within ${TARGET_S} seconds of when they could, over 30 days; submissions are answered without a failure of ours.`,
    choices: [{ name: 'queue', label: 'Queue', metric: 'dts_queue_jobs' }],
    from: 'now-24h',
    rows: [pickUp(), submissions()],
  });

const pickUp = (): Row => ({
  title: 'Jobs start in time',
  panels: [
    number({
      title: 'Budget that is left',
      description: 'Of what may be late in 30 days. At 0 the objective is missed.',
      unit: 'percentunit',
      width: 8,
      queries: [[`1 - ${late('30d')} / ${BUDGET}`, '{{queue}}']],
      max: 1,
    }),
    number({
      title: 'In time, in 30 days',
      description: `Of all attempts, those that started within ${TARGET_S} seconds.`,
      unit: 'percentunit',
      width: 8,
      queries: [[`1 - ${late('30d')}`, '{{queue}}']],
    }),
    number({
      title: 'In time, in an hour',
      description: `Of all attempts, those that started within ${TARGET_S} seconds.`,
      unit: 'percentunit',
      width: 8,
      queries: [[`1 - dts:pick_up_late:ratio_rate1h${QUEUE}`, '{{queue}}']],
    }),
    lines({
      title: 'Burn rate',
      description: 'At 1 the budget lasts for exactly 30 days. Above 14.4 (an hour) or 6 (six hours) somebody is woken.',
      width: 12,
      queries: [
        [`dts:pick_up_late:ratio_rate5m${QUEUE} / ${BUDGET}`, '{{queue}} 5 minutes'],
        [`dts:pick_up_late:ratio_rate1h${QUEUE} / ${BUDGET}`, '{{queue}} an hour'],
        [`dts:pick_up_late:ratio_rate6h${QUEUE} / ${BUDGET}`, '{{queue}} six hours'],
      ],
      alerts: ['DtsPickUpBurnsFast', 'DtsPickUpBurnsSlowly'],
    }),
    lines(
      {
        title: 'Wait, beside the target of each pool',
        description: 'p99 of the wait. The scaler adds workers so that it stays below.',
        unit: 's',
        width: 12,
        queries: [
          [quantile(0.99, 'dts_job_wait_seconds', QUEUE, 'queue'), '{{queue}} p99'],
          ['dts_pool_pick_up_target_seconds', '{{pool}} target'],
        ],
      },
      { log: true },
    ),
  ],
});

const submissions = (): Row => ({
  title: 'Submissions are answered',
  panels: [
    number({
      title: 'Without a failure of ours',
      description: 'In 5 minutes.',
      unit: 'percentunit',
      width: 8,
      queries: [
        [
          `1 - (${orZero('sum(rate(dts_submit_duration_seconds_count{outcome="failed"}[5m]))')}) / (sum(rate(dts_submit_duration_seconds_count[5m])) > 0)`,
          'answered',
        ],
      ],
    }),
    lines({
      title: 'Answers',
      description: 'Accepted: stored. Refused: the caller can mend it. Failed: it cannot.',
      unit: 'ops',
      queries: [['sum by (outcome) (rate(dts_submit_duration_seconds_count[$__rate_interval]))', '{{outcome}}']],
      alerts: ['DtsSubmissionsFail'],
    }),
    lines(
      {
        title: 'Time to answer',
        description: 'Of submissions that were accepted.',
        unit: 's',
        queries: [0.5, 0.9, 0.99].map((q) => [quantile(q, 'dts_submit_duration_seconds', '{outcome="accepted"}'), `p${q * 100}`]),
      },
      { log: true },
    ),
    lines({
      title: 'By tenant',
      description: 'Accepted, of the tenants that are told apart.',
      unit: 'ops',
      width: 24,
      queries: [['sum by (tenant) (rate(dts_tenant_submissions_total{outcome="accepted"}[$__rate_interval]))', '{{tenant}}']],
    }),
  ],
});
