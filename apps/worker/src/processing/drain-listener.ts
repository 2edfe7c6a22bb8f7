import { Drains, Loop, type RedisClient } from '@dts/queue';

/** Milliseconds between two looks at what is wished: how late a drain begins, or ends, when its message was lost. */
const LOOK_MS = 2_000;

/** Learns whether this worker is wished to drain: at once when told, or at the next look. */
export class DrainListener {
  private readonly drains: Drains;
  private readonly loop = new Loop(async () => {
    await this.look();
    return LOOK_MS;
  });
  private wanted = false;

  /**
   * @param listener a connection that only listens
   * @param onChange told when the wish has come, and when it has gone
   */
  constructor(
    redis: RedisClient,
    private readonly listener: RedisClient,
    prefix: string,
    private readonly worker: string,
    private readonly onChange: (isWanted: boolean) => void,
  ) {
    this.drains = new Drains(redis, prefix);
  }

  get isWanted(): boolean {
    return this.wanted;
  }

  start(): void {
    this.drains.listen(this.listener, this.worker, () => void this.look());
    this.loop.start();
  }

  stop(): void {
    void this.loop.stop();
  }

  /** While Redis does not say, all stays as it is. */
  private async look(): Promise<void> {
    const wanted = await this.drains.isWanted(this.worker).catch(() => this.wanted);
    if (wanted === this.wanted || this.loop.isStopped) return;
    this.wanted = wanted;
    this.onChange(wanted);
  }
}
