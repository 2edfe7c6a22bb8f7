import { z } from 'zod';

/** Milliseconds within which the supervisor answers, or nothing is known. */
const ANSWER_MS = 5_000;

const reply = z.object({
  kind: z.literal('pool.reply'),
  id: z.int(),
  /** Workers that the pool is set to. */
  replicas: z.int().min(0).optional(),
  /** Process ids of those that run. */
  pids: z.array(z.int()).optional(),
  /** Pools that have workers. */
  pools: z.array(z.object({ pool: z.string(), queues: z.string() })).optional(),
  /** Why it was not done. */
  problem: z.string().optional(),
});

/** A pool of worker processes, as its supervisor has it. */
export interface LocalPool {
  readonly replicas: number;
  readonly pids: readonly number[];
}

/** Which pool: workers that serve other queues are another one, whatever its name. */
export interface LocalPlace {
  readonly pool: string;
  /** What its workers get as QUEUES. */
  readonly queues: string;
}

/** What is wanted of a pool. */
export type PoolRequest = LocalPlace &
  (
    | { readonly kind: 'pool.read' }
    | {
        readonly kind: 'pool.scale';
        readonly replicas: number;
        /** Process ids of those that go. */
        readonly leaving: readonly number[];
      }
  );

/** The end of a channel to the process that started this one. */
export interface SupervisorPort {
  send?(message: object): unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  off(event: 'message', listener: (message: unknown) => void): unknown;
}

/** Asks the process that started this one, which keeps the workers, and which nothing else can reach. */
export class Supervisor {
  private last = 0;
  private readonly waiting = new Map<number, (answer: z.output<typeof reply>) => void>();

  constructor(private readonly port: SupervisorPort) {
    port.on('message', this.receive);
  }

  /** @throws Error when there is none, when it does not answer, or when it refuses */
  async ask(request: PoolRequest): Promise<LocalPool> {
    const { replicas, pids, problem } = await this.exchange(request);
    if (problem !== undefined || replicas === undefined || pids === undefined) throw new Error(problem ?? 'the supervisor said nothing');
    return { replicas, pids };
  }

  /** Pools that have workers, whether or not any policy has them. @throws as `ask` does */
  async pools(): Promise<readonly LocalPlace[]> {
    const { pools, problem } = await this.exchange({ kind: 'pools.list' });
    if (problem !== undefined || pools === undefined) throw new Error(problem ?? 'the supervisor said nothing');
    return pools;
  }

  close(): void {
    this.port.off('message', this.receive);
  }

  private exchange(request: PoolRequest | { readonly kind: 'pools.list' }): Promise<z.output<typeof reply>> {
    const id = ++this.last;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => end(() => reject(new Error('the supervisor does not answer'))), ANSWER_MS);
      const end = (settle: () => void) => {
        clearTimeout(timer);
        this.waiting.delete(id);
        settle();
      };
      this.waiting.set(id, (answer) => end(() => resolve(answer)));
      if (!this.port.send)
        return end(() => reject(new Error('no supervisor started this process: worker processes are scaled under npm start')));
      this.port.send({ ...request, id });
    });
  }

  private readonly receive = (message: unknown): void => {
    const parsed = reply.safeParse(message);
    if (parsed.success) this.waiting.get(parsed.data.id)?.(parsed.data);
  };
}
