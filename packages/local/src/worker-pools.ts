import { z } from 'zod';
import type { SupervisedProcess } from './supervised-process.js';

/** Which pool is meant: workers that serve other queues are another one, whatever its name. */
const place = {
  /** Part of the names of log files. */
  pool: z.string().regex(/^[\w.-]{1,63}$/),
  /** What its workers get as QUEUES. */
  queues: z.string(),
};

/** What the scaler asks; it counts its requests, and is answered with the same id. */
const request = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('pools.list'), id: z.int() }),
  z.object({ kind: z.literal('pool.read'), id: z.int(), ...place }),
  z.object({
    kind: z.literal('pool.scale'),
    id: z.int(),
    ...place,
    replicas: z.int().min(0),
    /** Process ids of those that go: they have drained. */
    leaving: z.array(z.int()),
  }),
]);

type Request = z.output<typeof request>;
type ScaleRequest = Extract<Request, { kind: 'pool.scale' }>;
type Place = Pick<ScaleRequest, 'pool' | 'queues'>;

interface LocalPool extends Place {
  slots: WorkerSlot[];
}

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
  readonly #pools: LocalPool[] = [];
  readonly #leaving = new Set<WorkerSlot>();
  /** One change after the other: places must not be given away twice. */
  #change: Promise<unknown> = Promise.resolve();
  #stopping = false;

  constructor(private readonly start: StartWorker) {}

  get slots(): WorkerSlot[] {
    return this.#pools.flatMap(({ slots }) => slots);
  }

  /** Answers what the scaler asks; what is no question is left alone. */
  readonly onMessage = (message: unknown, reply: (answer: object) => void): void => {
    const parsed = request.safeParse(message);
    if (!parsed.success) return;
    const { data } = parsed;
    const answer = (more: object) => reply({ kind: 'pool.reply', id: data.id, ...more });
    const change = data.kind === 'pool.scale' ? this.#queue(data) : Promise.resolve();
    change.then(
      () => answer(data.kind === 'pools.list' ? this.#list() : this.#read(data)),
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
    for (const pool of this.#pools) {
      const lost = pool.slots.filter((slot) => slot.process === process);
      if (lost.length > 0) this.#release(pool, lost);
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

  async #scale({ replicas, leaving, ...place }: ScaleRequest): Promise<void> {
    if (this.#stopping) throw new Error('the stack is stopping');
    const pool = this.#find(place) ?? this.#open(place);
    const { length } = pool.slots;
    if (replicas < length) return this.#shrink(pool, length - replicas, leaving);
    if (leaving.length > 0) throw new Error(`pool ${pool.pool} has ${length} workers: none has to leave for there to be ${replicas}`);
    while (pool.slots.length < replicas) {
      const slot = await this.#start(pool);
      pool.slots.push(slot); // those of now: one may have been lost meanwhile
    }
  }

  /** Those named have drained; beside them, whoever does not run anyway may go. Nobody else: a job could be interrupted. */
  #shrink(pool: LocalPool, count: number, leaving: readonly number[]): void {
    const named = pool.slots.filter(({ process }) => process.pid !== undefined && leaving.includes(process.pid));
    const idle = pool.slots.filter(({ process }) => process.pid === undefined);
    const going = [...named, ...idle].slice(0, count);
    if (going.length < count)
      throw new Error(`${count} workers of pool ${pool.pool} are to leave, and ${going.length} of those named are there`);
    this.#release(pool, going);
  }

  #release(pool: LocalPool, going: readonly WorkerSlot[]): void {
    pool.slots = pool.slots.filter((slot) => !going.includes(slot));
    for (const slot of going) {
      this.#leaving.add(slot);
      void slot.stop().then(() => this.#leaving.delete(slot));
    }
  }

  #start({ pool, queues }: Place): Promise<WorkerSlot> {
    const there = [...this.slots, ...this.#leaving];
    const taken = new Set(there.map(({ name }) => name));
    const names = Array.from({ length: taken.size + 1 }, (_, at) => `worker-${pool}-${at + 1}`);
    const name = names.find((free) => !taken.has(free)) ?? pool;
    return this.start({ name, queues, index: lowestFree(new Set(there.map(({ index }) => index))) });
  }

  #read(place: Place): { readonly replicas: number; readonly pids: readonly number[] } {
    const { slots = [] } = this.#find(place) ?? {};
    return { replicas: slots.length, pids: slots.flatMap(({ process }) => process.pid ?? []) };
  }

  /** Those that have workers. */
  #list(): { readonly pools: readonly Place[] } {
    const filled = this.#pools.filter(({ slots }) => slots.length > 0);
    return { pools: filled.map(({ pool, queues }) => ({ pool, queues })) };
  }

  #find({ pool, queues }: Place): LocalPool | undefined {
    return this.#pools.find((known) => known.pool === pool && known.queues === queues);
  }

  #open({ pool, queues }: Place): LocalPool {
    const opened = { pool, queues, slots: [] };
    this.#pools.push(opened);
    return opened;
  }
}

function lowestFree(taken: ReadonlySet<number>): number {
  let index = 0;
  while (taken.has(index)) index += 1;
  return index;
}
