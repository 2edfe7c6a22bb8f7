import { z } from 'zod';
import type { SupervisedProcess } from './supervised-process.js';

/** What the scaler asks; it counts its requests, and is answered with the same id. */
const request = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('pool.read'), id: z.int(), pool: z.string() }),
  z.object({
    kind: z.literal('pool.scale'),
    id: z.int(),
    /** Part of the names of log files. */
    pool: z.string().regex(/^[\w.-]{1,63}$/),
    /** What its workers get as QUEUES. */
    queues: z.string(),
    replicas: z.int().min(0).max(1_000),
    /** Process ids of those that go: they have drained. */
    leaving: z.array(z.int()),
  }),
]);

type ScaleRequest = Extract<z.output<typeof request>, { kind: 'pool.scale' }>;

/** A worker process, restarted when it crashes, in its place among the others. */
export interface WorkerSlot {
  readonly name: string;
  /** From 0, the lowest that is free when it starts. */
  readonly index: number;
  readonly port: number;
  readonly process: SupervisedProcess;
  /** Resolves when it is ready for the first time. */
  readonly ready: Promise<void>;
  /** Lets running jobs finish. */
  stop(): Promise<void>;
}

/** Starts a worker in a place. */
export type StartWorker = (place: { readonly name: string; readonly index: number; readonly queues: string }) => Promise<WorkerSlot>;

/**
 * The worker processes of this machine, as many in each pool as the scaler has asked for last. They are the supervisor's: a
 * scaler that dies leaves them working, and the next one finds them.
 */
export class WorkerPools {
  readonly #pools = new Map<string, WorkerSlot[]>();
  readonly #leaving = new Set<WorkerSlot>();
  /** One change after the other: places must not be given away twice. */
  #change: Promise<unknown> = Promise.resolve();
  #stopping = false;

  constructor(private readonly start: StartWorker) {}

  get slots(): WorkerSlot[] {
    return [...this.#pools.values()].flat();
  }

  /** Answers what the scaler asks; what is no question is left alone. */
  readonly onMessage = (message: unknown, reply: (answer: object) => void): void => {
    const parsed = request.safeParse(message);
    if (!parsed.success) return;
    const { id, pool } = parsed.data;
    const answer = (more: object) => reply({ kind: 'pool.reply', id, ...more });
    const change = parsed.data.kind === 'pool.scale' ? this.#queue(parsed.data) : Promise.resolve();
    change.then(
      () => answer(this.#read(pool)),
      (error: Error) => answer({ problem: error.message }),
    );
  };

  /** Resolves when all that are there now are ready. @throws StartError */
  async ready(): Promise<void> {
    await this.#change;
    await Promise.all(this.slots.map(({ ready }) => ready));
  }

  /** One that was given up: its pool has one less. */
  drop(process: SupervisedProcess): void {
    for (const [pool, slots] of this.#pools) {
      const lost = slots.filter((slot) => slot.process === process);
      if (lost.length > 0) this.#release(pool, slots, lost);
    }
  }

  /** Lets running jobs finish; no worker starts any more. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#change;
    await Promise.all([...this.slots, ...this.#leaving].map((slot) => slot.stop()));
  }

  kill(): void {
    for (const { process } of [...this.slots, ...this.#leaving]) process.kill();
  }

  #queue(wish: ScaleRequest): Promise<void> {
    const change = this.#change.then(() => this.#scale(wish));
    this.#change = change.catch(() => {}); // whoever asked is told
    return change;
  }

  async #scale({ pool, queues, replicas, leaving }: ScaleRequest): Promise<void> {
    if (this.#stopping) throw new Error('the stack is stopping');
    const slots = this.#pools.get(pool) ?? [];
    if (replicas < slots.length) return this.#shrink(pool, slots, slots.length - replicas, leaving);
    if (leaving.length > 0) throw new Error(`pool ${pool} has ${slots.length} workers: none has to leave for there to be ${replicas}`);
    this.#pools.set(pool, slots);
    while (slots.length < replicas) slots.push(await this.#start(pool, queues, slots));
  }

  /** Those named have drained; beside them, whoever does not run anyway may go. Nobody else: a job could be interrupted. */
  #shrink(pool: string, slots: readonly WorkerSlot[], count: number, leaving: readonly number[]): void {
    const named = slots.filter(({ process }) => process.pid !== undefined && leaving.includes(process.pid));
    const idle = slots.filter(({ process }) => process.pid === undefined);
    const going = [...named, ...idle].slice(0, count);
    if (going.length < count)
      throw new Error(`${count} workers of pool ${pool} are to leave, and ${going.length} of those named are there`);
    this.#release(pool, slots, going);
  }

  #release(pool: string, slots: readonly WorkerSlot[], going: readonly WorkerSlot[]): void {
    const left = slots.filter((slot) => !going.includes(slot));
    this.#pools.set(pool, left);
    for (const slot of going) {
      this.#leaving.add(slot);
      void slot.stop().then(() => this.#leaving.delete(slot));
    }
  }

  #start(pool: string, queues: string, slots: readonly WorkerSlot[]): Promise<WorkerSlot> {
    const taken = new Set([...slots, ...this.#leaving].map(({ name }) => name));
    const indexes = new Set([...this.slots, ...this.#leaving].map(({ index }) => index));
    const names = Array.from({ length: taken.size + 1 }, (_, at) => `worker-${pool}-${at + 1}`);
    const name = names.find((free) => !taken.has(free)) ?? pool;
    return this.start({ name, queues, index: lowestFree(indexes) });
  }

  #read(pool: string): { readonly replicas: number; readonly pids: readonly number[] } {
    const slots = this.#pools.get(pool) ?? [];
    return { replicas: slots.length, pids: slots.flatMap(({ process }) => process.pid ?? []) };
  }
}

function lowestFree(taken: ReadonlySet<number>): number {
  let index = 0;
  while (taken.has(index)) index += 1;
  return index;
}
