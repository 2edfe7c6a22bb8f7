import { type Certificates, createCertificates } from './certificates.js';
import { type RedisOptions, RedisServer, startOnFreePort } from './redis-server.js';

/** A server that takes TLS only, by the address `rediss://127.0.0.1` or the name `rediss://localhost`. */
export class TlsRedisServer extends RedisServer {
  constructor(
    port: number,
    dir: string,
    readonly certificates: Certificates,
    options: RedisOptions,
  ) {
    super(port, dir, { ...options, tls: certificates });
  }

  override async stop(): Promise<void> {
    await super.stop();
    await this.certificates.remove();
  }
}

/** Clients must be told to trust `certificates.ca`. @throws Error as `startRedis`, or when there is no OpenSSL */
export async function startTlsRedis(options: Omit<RedisOptions, 'tls'> = {}): Promise<TlsRedisServer> {
  const certificates = await createCertificates();
  try {
    return await startOnFreePort((port, dir) => new TlsRedisServer(port, dir, certificates, options));
  } catch (error) {
    await certificates.remove();
    throw error;
  }
}
