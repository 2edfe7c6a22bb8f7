import { QUEUES } from '@dts/jobs';
import type { Decision } from '@dts/scaling';
import type { RunningPool } from '../reconcile/pools.js';
import type { Signal } from '../signal/signal.js';
import type { StoredPin } from './pins.js';

/** A pool as the API tells it. */
export function toPoolView({ policy, round }: RunningPool, signals: readonly Signal[], decision?: Decision, pin?: StoredPin) {
  const { pool, mode, target, min, max } = policy;
  return {
    pool,
    mode,
    target,
    min,
    max,
    queues: signals.map(toQueueView),
    /** What the target is set to. */
    current: round?.replicas ?? null,
    desired: decision?.desired ?? null,
    workers: round?.signal.state === 'known' ? round.signal.workers.length : null,
    draining: round?.draining ?? [],
    pin: pin ? toPinView(pin) : null,
    /** Why the decision could not be carried out. */
    problem: round?.problem ?? null,
    decision: decision ? toDecisionView(decision) : null,
  };
}

/** Times as the API tells them. */
export function toDecisionView<Of extends Decision>({ at, signal, ...decision }: Of) {
  return { ...decision, at: new Date(at).toISOString(), signal: { ...signal, at: new Date(signal.at).toISOString() } };
}

export function toPinView({ replicas, until, by }: StoredPin) {
  return { replicas, until: new Date(until).toISOString(), by };
}

function toQueueView(signal: Signal) {
  const { queue } = signal;
  const queueView = { queue, description: QUEUES[queue].description };
  if (signal.state === 'unknown') return { ...queueView, signal: 'unknown', reason: signal.reason, failures: signal.failures };
  const { queue: _queue, at, ...counts } = signal.snapshot;
  return { ...queueView, signal: 'known', readAt: new Date(at).toISOString(), ...counts, rates: signal.rates ?? null };
}
