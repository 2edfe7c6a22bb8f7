import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

interface Link {
  readonly client: Socket;
  readonly redis: Socket;
}

/** A TCP proxy before Redis that can lose its answers and its connections. */
export class RedisProxy {
  private readonly links = new Set<Link>();
  private swallowing = false;

  private constructor(
    private readonly server: Server,
    private readonly redisPort: number,
  ) {
    server.on('connection', (client) => this.link(client));
  }

  static async start(redisPort: number): Promise<RedisProxy> {
    const proxy = new RedisProxy(createServer(), redisPort);
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** From now on commands reach Redis and no answer comes back, until `cut`. */
  swallowReplies(): void {
    this.swallowing = true;
  }

  /** Breaks every connection; new ones work. */
  cut(): void {
    this.swallowing = false;
    for (const { client, redis } of this.links) {
      client.resetAndDestroy();
      redis.destroy();
    }
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.cut();
    await closed;
  }

  private link(client: Socket): void {
    const redis = connect({ port: this.redisPort, host: '127.0.0.1', noDelay: true });
    client.setNoDelay(true);
    const link = { client, redis };
    this.links.add(link);
    client.on('data', (bytes) => redis.write(bytes));
    redis.on('data', (bytes) => this.swallowing || client.write(bytes));
    for (const socket of [client, redis]) {
      socket.on('error', () => {}); // `close` follows
      socket.on('close', () => {
        this.links.delete(link);
        client.destroy();
        redis.destroy();
      });
    }
  }
}
