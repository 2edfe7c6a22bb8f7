import { decide } from '../../decide.js';
import type { PoolPolicy } from '../../pool-policy.js';
import type { KnownPool, QueueLoad } from '../../pool-signal.js';
import { initialState, type PoolState } from '../../pool-state.js';
import type { PoolModel } from '../pool/pool-model.js';
import type { Reading } from '../pool/reading.js';
import { MovingMean } from './moving-mean.js';
import type { Scaler, Seen } from './scaler.js';

const PERIOD = 5_000;
/** Milliseconds after which a finished job counts half in the mean run time: long, as it changes with the code and not with the load. */
const SERVICE_HALF_LIFE = 120_000;

/** The pure `decide`, fed as the scaler feeds it. */
export class Decider implements Scaler {
  readonly period = PERIOD;
  readonly manners = { leaves: 'least busy', revives: true, hurries: true } as const;
  readonly initial: number;
  readonly #arrivals = new MovingMean();
  readonly #finished = new MovingMean(SERVICE_HALF_LIFE);
  readonly #finishedMs = new MovingMean(SERVICE_HALF_LIFE);
  #state: PoolState = initialState();
  #before: Reading | undefined;
  #lastBusyAt = 0;

  constructor(
    private readonly policy: PoolPolicy,
    private readonly model: Pick<PoolModel, 'slots'>,
  ) {
    this.initial = policy.min;
  }

  decide({ now, replicas, reading }: Seen): number {
    const { decision, state } = decide(this.#signal(reading, replicas), this.#state, this.policy, now);
    this.#state = state;
    return decision.desired ?? replicas;
  }

  #signal(reading: Reading, replicas: number): KnownPool {
    const load = this.#load(reading);
    const workers = reading.workers.filter(({ draining }) => !draining);
    const { pool } = this.policy;
    return { state: 'known', pool, at: reading.at, queues: [load], workers, replicas, settled: true, nextScheduleMs: null };
  }

  #load(reading: Reading): QueueLoad {
    this.#measure(reading);
    const { waiting, active, oldestMs, at } = reading;
    const { value: finished } = this.#finished;
    return {
      queue: this.policy.queues[0] ?? '',
      waiting,
      due: 0,
      active,
      oldestMs,
      arrivals: this.#arrivals.value,
      serviceSeconds: finished ? (this.#finishedMs.value ?? 0) / finished / 1_000 : null,
      slotsPerWorker: this.model.slots,
      paused: false,
      concurrencyLimit: null,
      ratePerSecond: null,
      failureShare: null,
      idleMs: at - this.#lastBusyAt,
    };
  }

  #measure(reading: Reading): void {
    const before = this.#before;
    this.#before = reading;
    const isBusy = reading.waiting + reading.active > 0 || reading.arrived > (before?.arrived ?? 0);
    if (isBusy) this.#lastBusyAt = reading.at;
    const elapsedMs = reading.at - (before?.at ?? 0);
    if (elapsedMs <= 0) return;
    this.#arrivals.add(((reading.arrived - (before?.arrived ?? 0)) * 1_000) / elapsedMs, elapsedMs);
    this.#finished.add(reading.finished - (before?.finished ?? 0), elapsedMs);
    this.#finishedMs.add(reading.finishedMs - (before?.finishedMs ?? 0), elapsedMs);
  }
}
