import { Redis } from 'ioredis';

/**
 * What is sent to Redis in one turn of the event loop leaves in one piece, at its end: with many callers at once the system calls,
 * here and there, cost more than the commands. A command waits for what has arrived with it, and for nothing that is still to come.
 */
export class GatheredRedis extends Redis {
  override sendCommand(...args: Parameters<Redis['sendCommand']>): unknown {
    this.gather();
    return super.sendCommand(...args);
  }

  private gather(): void {
    // There is none before the first connection.
    const stream = this.stream as Redis['stream'] | undefined;
    if (!stream || stream.writableCorked > 0) return;
    stream.cork();
    setImmediate(() => stream.uncork());
  }
}
