import type { PoolPolicy } from '../../pool-policy.js';
import type { PoolModel } from '../pool/pool-model.js';
import { Decider } from '../scalers/decider.js';
import { createFixed } from '../scalers/fixed.js';
import { Hpa, type HpaOptions } from '../scalers/hpa.js';
import { Keda } from '../scalers/keda.js';
import type { Scaler } from '../scalers/scaler.js';

/** `max` is no scaler: as many workers as there may be, all the time. */
export type Kind = 'dts' | 'hpa' | 'keda' | 'max';

export const NAMES: Readonly<Record<Kind, string>> = { dts: 'dts', hpa: 'HPA', keda: 'KEDA', max: 'always max' };

export interface Contender {
  readonly kind: Kind;
  /** How it is set, for people; empty for what has one setting only. */
  readonly setting: string;
  /** Set as the documentation of the rival says. */
  readonly isDocumented: boolean;
  readonly create: () => Scaler;
}

/** Steps between the fewest and the most jobs for each worker that a rival is set to. */
const TARGETS = 12;

/**
 * Our policy, and each rival with every sensible target, since the best one depends on the load. KEDA's documentation says to set what
 * one pod can handle, which is a job for each slot; Kubernetes' gives an example only. They are tried from half of
 * that to one and a half times what a worker gets through within the pick-up target, on a logarithmic scale.
 * @see https://keda.sh/docs/latest/scalers/rabbitmq-queue/ "if one pod can handle 10 messages, set the queue length target to 10"
 */
export function createContenders(policy: PoolPolicy, model: PoolModel): Contender[] {
  const { min, max } = policy;
  const settings = targets(policy, model);
  const documented = (jobs: number) => jobs === model.slots;
  const hpa = (type: HpaOptions['target']['type'], jobs: number): Contender => ({
    kind: 'hpa',
    setting: `${type} ${jobs}`,
    isDocumented: type === 'AverageValue' && documented(jobs),
    create: () => new Hpa({ metric: 'waiting', target: { type, jobs }, min, max }),
  });
  const keda = (jobs: number): Contender => ({
    kind: 'keda',
    setting: `${jobs} a replica`,
    isDocumented: documented(jobs),
    create: () => new Keda({ metric: 'waiting and running', lagPerReplica: jobs, min, max }),
  });
  return [
    { kind: 'dts', setting: '', isDocumented: true, create: () => new Decider(policy, model) },
    ...settings.map((jobs) => hpa('AverageValue', jobs)),
    ...settings.map((jobs) => hpa('Value', jobs)),
    ...settings.map(keda),
    { kind: 'max', setting: '', isDocumented: true, create: () => createFixed(max) },
  ];
}

function targets({ pickUpTarget }: PoolPolicy, { slots, service }: PoolModel): number[] {
  const least = Math.max(1, slots / 2);
  const most = Math.max(2 * slots, (1.5 * slots * pickUpTarget) / 1_000 / service.meanSeconds);
  const steps = Array.from({ length: TARGETS }, (_, step) => Math.round(least * (most / least) ** (step / (TARGETS - 1))));
  return [...new Set([slots, ...steps])].sort((one, other) => one - other);
}
