import type { PoolModel } from '../pool/pool-model.js';
import type { Reading } from '../pool/reading.js';
import { SimulatedPool } from '../pool/simulated-pool.js';
import type { Scaler } from '../scalers/scaler.js';
import type { SimulatedJob } from '../workload/jobs.js';
import { PickUps } from './pick-ups.js';
import { type Moment, Timeline } from './timeline.js';

/** Seconds after the load in which a backlog may be worked off; what waits then has never been picked up. */
const GRACE = 3_600;
/** Stretches in a picture. */
const MOMENTS = 600;

export interface SimulationOptions {
  readonly jobs: readonly SimulatedJob[];
  /** How long the load lasts, and is paid for at least. */
  readonly seconds: number;
  readonly model: PoolModel;
  /** Milliseconds after which a pick-up is late. */
  readonly pickUpTarget: number;
  /** From 0 to below 1: when within its period the scaler decides first. */
  readonly phase: number;
}

export interface SimulatedRun {
  readonly pickUps: PickUps;
  /** Jobs that nobody had picked up when the simulation gave up; they count as late in `pickUps`, with what they had waited. */
  readonly neverPickedUp: number;
  readonly workerMinutes: number;
  /** How often the number of workers was changed. */
  readonly changes: number;
  readonly moments: readonly Moment[];
}

/** Plays a load against a scaler. The same arguments give the same run. */
export function simulate(options: SimulationOptions, scaler: Scaler): SimulatedRun {
  const { jobs, seconds, model, pickUpTarget } = options;
  const pickUps = new PickUps(pickUpTarget);
  const onPickUp = (waitedMs: number) => pickUps.add(waitedMs);
  const pool = new SimulatedPool({ jobs, model, manners: scaler.manners, onPickUp });
  const control = new Control(pool, scaler, options);
  const timeline = new Timeline(Math.ceil((seconds + 1) / MOMENTS));
  for (let second = 0; second < seconds || (!pool.isDone && second < seconds + GRACE); second++) {
    control.act(second * 1_000);
    pool.advance((second + 1) * 1_000);
    timeline.add(second, observe(pool));
  }
  const neverPickedUp = jobs.length - pickUps.jobs;
  const end = pool.now;
  for (const { arrivesAt } of neverPickedUp > 0 ? jobs.slice(-neverPickedUp) : []) pickUps.add(Math.max(end - arrivesAt, pickUpTarget + 1));
  return { pickUps, neverPickedUp, workerMinutes: pool.workerMinutes, changes: control.changes, moments: timeline.moments };
}

function observe(pool: SimulatedPool) {
  const { arrived, waiting, oldestMs, size, workerMinutes } = pool;
  return { arrived, backlog: waiting, oldestMs, workers: size, workerMinutes };
}

/** Lets a scaler decide by the clock, on readings that are a metric lag old. */
class Control {
  changes = 0;
  readonly #readings: Reading[] = [];
  readonly #phase: number;
  #arrived = 0;

  constructor(
    private readonly pool: SimulatedPool,
    private readonly scaler: Scaler,
    private readonly options: Pick<SimulationOptions, 'model' | 'phase'>,
  ) {
    this.#phase = Math.floor((options.phase * scaler.period) / 1_000) * 1_000;
    pool.scaleTo(scaler.initial);
  }

  act(now: number): void {
    const { metricLag } = this.options.model;
    const isDue = (now + metricLag - this.#phase) % this.scaler.period === 0;
    if (this.#isAlarmed() || isDue) this.#readings.push(this.pool.reading);
    const [oldest] = this.#readings;
    if (!oldest || oldest.at + metricLag > now) return;
    this.#readings.shift();
    this.#decide(oldest, now);
  }

  /** Jobs have come within the second, and more wait than all workers can run at once. */
  #isAlarmed(): boolean {
    const { arrived, waiting, ready } = this.pool;
    const hasArrivals = arrived > this.#arrived;
    this.#arrived = arrived;
    return this.scaler.manners.hurries && hasArrivals && waiting > ready * this.options.model.slots;
  }

  #decide(reading: Reading, now: number): void {
    const { replicas, ready } = this.pool;
    const wanted = this.scaler.decide({ now, replicas, ready, reading });
    if (wanted === replicas) return;
    this.changes++;
    this.pool.scaleTo(wanted);
  }
}
