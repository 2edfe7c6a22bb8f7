import type { QueueName } from '@dts/jobs';
import type { RedisClient } from './connection.js';

/** Milliseconds between two rings of one process for one queue: a burst costs Redis a few messages, not one for each job. */
const QUIET_MS = 200;

/**
 * Says that jobs have arrived, to whoever starts workers: with none running, nobody else would notice before its next look. A
 * ring that is lost costs that time and nothing else.
 */
export class ArrivalBell {
  private readonly quiet = new Map<QueueName, { again: boolean }>();

  constructor(
    private readonly redis: RedisClient,
    private readonly prefix: string,
  ) {}

  /** Nobody waits for it. Whatever arrives while it is quiet is told together after that. */
  ring(queue: QueueName): void {
    const quiet = this.quiet.get(queue);
    if (quiet) {
      quiet.again = true;
      return;
    }
    this.redis.publish(this.channel, queue).catch(() => undefined);
    this.beQuiet(queue);
  }

  /**
   * Calls back with each queue that jobs have arrived in.
   * @param listener a connection that only listens
   */
  listen(listener: RedisClient, onArrival: (queue: QueueName) => void): void {
    const subscribe = () => void listener.subscribe(this.channel).catch(() => undefined);
    listener.on('message', (channel: string, queue: string) => {
      if (channel === this.channel) onArrival(queue as QueueName);
    });
    listener.on('ready', subscribe);
    if (listener.status === 'ready') subscribe();
  }

  private beQuiet(queue: QueueName): void {
    const quiet = { again: false };
    this.quiet.set(queue, quiet);
    const end = () => {
      this.quiet.delete(queue);
      if (quiet.again) this.ring(queue);
    };
    setTimeout(end, QUIET_MS).unref();
  }

  private get channel(): string {
    return `${this.prefix}:arrivals`;
  }
}
