import { Cancellations, Loop, type RedisClient } from '@dts/queue';

/** Milliseconds between two looks at the wishes that are stored: a stop whose message was lost comes within a second as well. */
const LOOK_MS = 500;

/** Stops jobs of this process that are to be cancelled: at once when told, or at the next look. */
export class CancelListener {
  private readonly cancellations: Cancellations;
  private readonly loop = new Loop(() => this.look());

  /**
   * @param listener a connection of its own, which it closes
   * @param cancel stops the job if it runs here, and says whether it does
   */
  constructor(
    redis: RedisClient,
    private readonly listener: RedisClient,
    prefix: string,
    private readonly cancel: (id: string) => boolean,
  ) {
    this.cancellations = new Cancellations(redis, prefix);
  }

  start(): void {
    this.cancellations.listen(this.listener, this.cancel);
    this.loop.start();
  }

  stop(): void {
    void this.loop.stop();
    this.listener.disconnect();
  }

  private async look(): Promise<number> {
    const wishes = await this.cancellations.pending().catch(() => []);
    for (const id of wishes) this.cancel(id);
    return LOOK_MS;
  }
}
