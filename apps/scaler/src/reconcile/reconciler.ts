import type { QueueName } from '@dts/jobs';
import { ArrivalBell, explainFailure, WakeUp } from '@dts/queue';
import { LOGGER, type Logger } from '@dts/runtime';
import type { Decided } from '@dts/scaling';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Connections } from '../connections.js';
import { Board } from '../decisions/board.js';
import { type DecidedPools, DecisionStore } from '../decisions/decision-store.js';
import { ELECTION, type Election } from '../election/election.js';
import { SCALER_ENV, type ScalerEnv } from '../env.js';
import { PolicySource } from '../policy/policy-source.js';
import { Pins, type StandingPins } from '../pools/pins.js';
import { Observer } from '../signal/observer.js';
import { Alarm } from './alarm.js';
import type { Surroundings } from './pool-reconciler.js';
import { Pools, type RunningPool } from './pools.js';
import { RoundPublisher } from './round-publisher.js';
import { SurroundingsReader } from './surroundings.js';

/** Milliseconds until a reading that failed is tried again: Redis is mostly back long before the next one is due. */
const RETRY_MS = 500;

/** Round after round for all pools: at its interval, at once when jobs arrive that nobody has room for, and when a term begins. */
@Injectable()
export class Reconciler implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stopping = new AbortController();
  private readonly wakeUp = new WakeUp(this.stopping.signal);
  private readonly alarm: Alarm;
  private running: Promise<void> = Promise.resolve();
  private term: number | undefined;
  private complaint = '';

  constructor(
    @Inject(SCALER_ENV) private readonly env: ScalerEnv,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(ELECTION) private readonly election: Election,
    private readonly connections: Connections,
    private readonly policies: PolicySource,
    private readonly pools: Pools,
    private readonly surroundings: SurroundingsReader,
    private readonly observer: Observer,
    private readonly store: DecisionStore,
    private readonly pins: Pins,
    private readonly board: Board,
    private readonly publisher: RoundPublisher,
  ) {
    this.alarm = new Alarm({
      waiting: (queue) => observer.waiting(queue),
      slots: (queue) => this.slotsOf(queue),
      sound: this.wakeUp.call,
    });
  }

  /** The first round ends before the app listens: whoever waits for it finds every pool at its minimum at least. */
  async onApplicationBootstrap(): Promise<void> {
    const { redis, listener, prefix } = this.connections;
    this.election.start(this.wakeUp.call);
    new ArrivalBell(redis, prefix).listen(listener, this.alarm.onArrival);
    await this.tryTurn();
    this.running = this.run();
  }

  /** What is under way is ended first: a successor must not act at the same time. */
  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    this.alarm.stop();
    await this.running;
    await this.election.stop();
    await this.pools.close();
  }

  /** Something has changed that the next reading should not be waited for with. */
  lookNow(): void {
    this.wakeUp.call();
  }

  /** What keeps the scaler from its work, a line each. */
  problems(): string[] {
    return this.observer.latest().flatMap((signal) => (signal.state === 'unknown' ? [`queue ${signal.queue}: ${signal.reason}`] : []));
  }

  private async run(): Promise<void> {
    for (;;) {
      await this.wakeUp.next(this.waitMs());
      if (this.stopping.signal.aborted) return;
      await this.tryTurn();
    }
  }

  private tryTurn(): Promise<void> {
    return this.turn().catch((error: Error) => this.complain(`a round failed: ${explainFailure(error)}`));
  }

  /** Under the supervisor of `npm start`, and with leave to act. */
  private get keepsWorkers(): boolean {
    const { SCALER_TARGET, SCALER_MODE = 'enforce' } = this.env;
    return SCALER_TARGET === 'local-process' && SCALER_MODE === 'enforce';
  }

  private waitMs(): number {
    const isMissing = this.observer.latest().some(({ state }) => state === 'unknown');
    return isMissing ? Math.min(RETRY_MS, this.env.SIGNAL_INTERVAL) : this.env.SIGNAL_INTERVAL;
  }

  private async turn(): Promise<void> {
    const { current } = this.policies;
    await this.pools.keep(current);
    this.board.keep(current.map(({ pool }) => pool));
    const [around, pins] = await Promise.all([this.surroundings.read(current), this.pins.refresh(Date.now())]);
    if (!(around.workers instanceof Error)) this.pools.workers = around.workers;
    const { token } = this.election;
    const kept = await this.enterTerm(token);
    await Promise.all(this.pools.list().map((pool) => this.round(pool, { ...around, token }, pins, kept)));
    if (this.keepsWorkers) await this.pools.leftovers.round(current, around.workers, around.at);
    this.publisher.roundEnded(Date.now());
    this.complaint = '';
  }

  /**
   * Who leads goes on from its own memory; who begins to, or does not, from what the leader has left.
   * @returns that, unless this one has led before or Redis does not tell
   */
  private async enterTerm(token: number | undefined): Promise<DecidedPools | undefined> {
    this.publisher.leads(token !== undefined);
    if (token !== undefined && token === this.term) return undefined;
    const kept = await this.store.latest().catch(() => undefined);
    if (token !== undefined && !kept) throw new Error('what the last leader has left is not known');
    for (const { policy, reconciler } of this.pools.list()) reconciler.begin(kept?.get(policy.pool)?.state);
    this.term = token;
    return kept;
  }

  private async round(pool: RunningPool, around: Surroundings, pins: StandingPins, kept: DecidedPools | undefined): Promise<void> {
    const name = pool.policy.pool;
    const round = await pool.reconciler.round({ ...pool.policy, pin: pins.get(name) ?? null }, around);
    if (round.problem !== undefined && round.problem !== pool.round?.problem) this.logger.error({ pool: name }, round.problem);
    pool.round = round;
    const { token } = around;
    if (token === undefined) this.publisher.withdraw(name);
    else this.publisher.round(pool.policy, round);
    if (!round.decided) return this.retract(name);
    const own = round.decided.decision;
    this.board.post(token === undefined ? (kept?.get(name)?.decision ?? own) : own);
    if (token !== undefined) await this.record(token, round.decided);
  }

  /** In the mode `off`: what was decided before it is in force no more. */
  private retract(pool: string): void {
    this.board.retract(pool);
    this.publisher.retract(pool);
  }

  private async record(token: number, decided: Decided): Promise<void> {
    if (!(await this.store.record(token, decided))) this.complain('another scaler leads by now: this decision is not kept');
  }

  /** Jobs of a queue that all workers together can run at once; any number where more workers would not help, or cannot be had. */
  private slotsOf(queue: QueueName): number {
    const pool = this.pools.list().find(({ policy }) => policy.queues.includes(queue));
    const signal = this.observer.of(queue);
    const isPaused = signal.state === 'known' && signal.snapshot.paused;
    if (!pool || isPaused || Number(pool.round?.replicas) >= pool.policy.max) return Number.POSITIVE_INFINITY;
    const serving = this.pools.workers.filter(({ draining }) => !draining).flatMap(({ queues }) => queues);
    return serving.reduce((sum, served) => sum + (served.queue === queue ? served.slots : 0), 0);
  }

  private complain(text: string): void {
    if (text !== this.complaint) this.logger.error(text);
    this.complaint = text;
  }
}
