import { dashboard, type Row } from './frame/frame.js';
import { lines, number } from './frame/panels.js';
import { orZero } from './frame/query.js';

const POOL = '{pool=~"$pool"}';

/** Why there are as many workers as there are. */
export const scaler = () =>
  dashboard({
    uid: 'dts-scaler',
    title: 'Scaler decisions',
    description:
      'How many workers each pool has and should have, and what made the scaler think so. GET /v1/pools of the scaler says it in words.',
    choices: [{ name: 'pool', label: 'Pool', metric: 'dts_pool_limit_workers' }],
    rows: [itself(), howMany(), why()],
  });

const itself = (): Row => ({
  title: 'The scaler itself',
  panels: [
    number({
      title: 'Leaders',
      description: 'One, of however many scalers: who leads, acts.',
      queries: [['sum(dts_scaler_leader)', 'leaders']],
      alerts: ['DtsScalerGone'],
    }),
    number({
      title: 'Since the last round',
      description: 'In which the leader looked at all pools.',
      unit: 's',
      queries: [['time() - max(dts_scaler_last_round_timestamp_seconds)', 'ago']],
      warn: 30,
      alarm: 120,
      alerts: ['DtsScalerStuck'],
    }),
    number({
      title: 'Policy',
      description: '1: the policy file is right. 0: it is wrong, and the last good one in force.',
      queries: [['min(dts_scaler_policy_valid)', 'valid']],
      alerts: ['DtsScalerPolicyInvalid'],
    }),
    number({
      title: 'Pools that are held up',
      description: 'What was decided for them cannot be carried out.',
      queries: [[`sum(dts_pool_blocked${POOL})`, 'pools']],
      warn: 1,
      alerts: ['DtsScalerBlocked'],
    }),
    number({
      title: 'Pinned pools',
      description: "Where an operator's number goes before the load's.",
      queries: [[`sum(dts_pool_pinned${POOL})`, 'pools']],
    }),
    number({
      title: 'Failed readings',
      description: 'Of queues. A queue that cannot be read is unknown, never empty.',
      unit: 'ops',
      queries: [[orZero('sum(rate(dts_scaler_signal_failures_total[$__rate_interval]))'), 'failed']],
      alerts: ['DtsScalerBlind'],
    }),
  ],
});

const howMany = (): Row => ({
  title: 'How many',
  panels: [
    lines({
      title: 'Workers of a pool',
      description: 'Set to: what its target is. Ready: heard of, and not draining. Desired: what the scaler wants.',
      width: 16,
      queries: [
        [`dts_pool_desired_workers${POOL}`, '{{pool}} desired'],
        [`dts_pool_workers${POOL}`, '{{pool}} set to'],
        [`dts_pool_ready_workers${POOL}`, '{{pool}} ready'],
        [`dts_pool_draining_workers${POOL}`, '{{pool}} draining'],
      ],
      alerts: ['DtsWorkersMissing'],
    }),
    lines({
      title: 'Between the limits',
      description: 'The fewest and the most that the policy allows, and what the load asks for before any limit.',
      queries: [
        [`dts_pool_raw_workers${POOL}`, '{{pool}} asked for'],
        [`dts_pool_limit_workers${POOL}`, '{{pool}} {{limit}}'],
      ],
      alerts: ['DtsPoolAtMaximum'],
    }),
  ],
});

const why = (): Row => ({
  title: 'Why',
  panels: [
    lines({
      title: 'Stages of a decision',
      description:
        'The number as it stands after each stage: the last that changed it is the reason. A stage that had nothing to say has no line.',
      width: 12,
      queries: [[`dts_pool_stage_workers${POOL}`, '{{pool}}: {{stage}}']],
    }),
    lines({
      title: 'What decisions come to',
      description: 'Up, down, stay; unknown where the scaler cannot see and therefore changes nothing.',
      unit: 'ops',
      width: 12,
      queries: [[`sum by (pool, outcome) (rate(dts_scaler_decisions_total${POOL}[$__rate_interval]))`, '{{pool}}: {{outcome}}']],
    }),
    lines({
      title: 'Changes that were made',
      description: 'Of targets, by direction and whether they succeeded.',
      queries: [
        [
          orZero(`sum by (pool, direction, outcome) (increase(dts_scaler_scalings_total${POOL}[$__rate_interval]))`),
          '{{pool}} {{direction}} {{outcome}}',
        ],
      ],
    }),
    lines({
      title: 'What it goes by: arrivals',
      description: 'Jobs a second, smoothed.',
      unit: 'ops',
      queries: [['dts_queue_arrivals_per_second', '{{queue}}']],
    }),
    lines({
      title: 'What it goes by: waiting',
      description: 'Jobs that could run now, or soon, beside the pick-up target of each pool in seconds.',
      queries: [
        ['sum by (queue) (dts_queue_jobs{state="waiting"}) + on (queue) dts_queue_delayed_due_jobs', '{{queue}} (jobs)'],
        [`dts_pool_pick_up_target_seconds${POOL}`, '{{pool}} target (s)'],
      ],
    }),
    lines({
      title: 'Calls of KEDA',
      description: 'Where KEDA acts on the same numbers.',
      unit: 'ops',
      queries: [
        [orZero('sum by (method, code) (rate(dts_keda_calls_total[$__rate_interval]))'), '{{method}} {{code}}'],
        [orZero('sum(dts_keda_streams)'), 'streams that are open'],
      ],
    }),
  ],
});
