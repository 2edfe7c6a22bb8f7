import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Loop, type RedisClient, type WorkerInfo, type WorkerQueue, WorkerRegistry } from '@dts/queue';

const BEAT_MS = 2_000;
/** Heartbeats that may stay without an answer before Redis counts as one that does not take what we write. */
const MISSED_BEATS = 3;
const NEVER = Number.NEGATIVE_INFINITY;
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };

/** What changes between two heartbeats. */
export interface WorkerStatus {
  readonly queues: readonly WorkerQueue[];
  readonly draining: boolean;
  readonly drained?: boolean;
}

/** Tells the registry that this process is there and how busy it is, until it is told to stop. */
export class Heartbeat {
  private readonly registry: WorkerRegistry;
  private readonly delay = monitorEventLoopDelay({ resolution: 20 });
  private readonly startedAt = Date.now();
  private readonly loop = new Loop(() => this.beat());
  private heardAt = NEVER;

  constructor(
    private readonly who: Pick<WorkerInfo, 'id' | 'host'>,
    redis: RedisClient,
    prefix: string,
    private readonly status: () => WorkerStatus,
    private readonly onHeard: () => void = () => undefined,
  ) {
    this.registry = new WorkerRegistry(redis, prefix);
  }

  /** Redis answers and takes what is written: it is neither away, nor full, nor a replica. */
  get isHeard(): boolean {
    return performance.now() - this.heardAt <= MISSED_BEATS * BEAT_MS;
  }

  start(): void {
    this.delay.enable();
    this.loop.start();
  }

  async stop(): Promise<void> {
    void this.loop.stop();
    this.delay.disable();
    await this.registry.leave(this.who.id);
  }

  /** A heartbeat that fails is left out: the next one tells more than a repetition would. */
  private async beat(): Promise<number> {
    this.heardAt = await this.registry.beat(this.read()).then(
      () => performance.now(),
      () => NEVER,
    );
    if (this.heardAt !== NEVER) this.onHeard();
    return BEAT_MS;
  }

  private read(): WorkerInfo {
    const eventLoopDelayMs = Math.round(this.delay.max / 1e6);
    this.delay.reset();
    return {
      ...this.who,
      pid: process.pid,
      version,
      ...this.status(),
      eventLoopDelayMs,
      memoryBytes: process.memoryUsage.rss(),
      startedAt: this.startedAt,
      heartbeatAt: Date.now(),
    };
  }
}
