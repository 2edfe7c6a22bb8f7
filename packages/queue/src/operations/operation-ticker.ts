import type { QueueName } from '@dts/jobs';
import type { RedisClient } from '../connection.js';
import { DeadSet } from '../dead-letters/dead-set.js';
import { Purger } from '../dead-letters/purger.js';
import { Redriver } from '../dead-letters/redriver.js';
import { FailureStreak } from '../failure-streak.js';
import { Loop } from '../loop.js';
import type { Queues } from '../queues.js';
import type { Operation, OperationKind, OperationState } from './operation.js';
import { OperationStore, type Turn } from './operation-store.js';
import { type Tools, takeTurn } from './turn.js';

/** Milliseconds between two looks when nothing is due before. */
const LOOK_MS = 500;
/** Turns in a row that come to nothing, seconds apart, after which an operation is given up. */
const HOPELESS_TURNS = 50;

export interface OperationEvents {
  onJob(kind: OperationKind, queue: QueueName): void;
  onEnd(kind: OperationKind, state: OperationState): void;
  /** Of one operation, or of all; whatever it is, it is tried again. */
  onError(error: Error, operation?: Operation): void;
}

/**
 * Carries operations out. Any number of gateways may do so at the same time: each turn of an operation is one gateway's, and
 * another's a few seconds later if that has died over it.
 */
export class OperationTicker {
  private readonly store: OperationStore;
  private readonly tools: Tools;
  private readonly loop = new Loop(() => this.work());
  private readonly failures: FailureStreak;

  constructor(
    queues: Queues,
    redis: RedisClient,
    prefix: string,
    private readonly events: OperationEvents,
  ) {
    this.store = new OperationStore(redis, prefix);
    this.failures = new FailureStreak((error) => events.onError(error));
    this.tools = {
      store: this.store,
      dead: new DeadSet(queues, redis),
      redriver: new Redriver(queues, redis, prefix),
      purger: new Purger(queues, redis, prefix),
      onJob: (kind, { record }) => events.onJob(kind, record.queue),
    };
  }

  start(): void {
    this.loop.start();
  }

  /** Resolves when the turn that is under way has ended; the next one is anybody's at once. */
  stop(): Promise<void> {
    return this.loop.stop();
  }

  private work(): Promise<number> {
    return this.step().catch((error: Error) => {
      this.failures.add(error);
      return LOOK_MS;
    });
  }

  /** @returns milliseconds until the next look */
  private async step(): Promise<number> {
    const turn = await this.store.take();
    this.failures.end();
    if (typeof turn !== 'object') return Math.min(turn ?? LOOK_MS, LOOK_MS);
    await this.attend(turn).catch((error: Error) => this.fail(turn, error));
    return 0;
  }

  private async attend(turn: Turn): Promise<void> {
    if (await takeTurn(this.tools, turn)) this.events.onEnd(turn.operation.kind, 'completed');
  }

  /** Its turn runs out, and then it is tried again, by this gateway or by another. */
  private async fail(turn: Turn, error: Error): Promise<void> {
    const { operation, token } = turn;
    this.events.onError(error, operation);
    if ((await this.store.fail(turn)) < HOPELESS_TURNS) return;
    const reason = { code: 'internal-error', message: `It makes no progress: ${error.message}` };
    if (await this.store.finish(operation, 'failed', token, reason)) this.events.onEnd(operation.kind, 'failed');
  }
}
