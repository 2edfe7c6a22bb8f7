import { isIPv6 } from 'node:net';
import { EnvError } from '@dts/runtime';
import { Server, type ServerCredentials } from '@grpc/grpc-js';
import { type ExternalScalerHandlers, externalScalerService } from './protocol.js';

/** Bytes of a message: a ScaledObject's metadata and a few numbers, with room. */
const MAX_MESSAGE = 64 * 1024;

/** Calls of one connection beside its streams. */
const MAX_CALLS = 100;

/** Milliseconds for what is under way at a stop, before its connections are cut. */
const STOP_MS = 2_000;

export interface GrpcServerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly credentials: ServerCredentials;
  readonly handlers: ExternalScalerHandlers;
  /** Streams that one connection may hold. */
  readonly maxStreams: number;
}

/** The port that KEDA calls. Channelz stays on, as by default: without it `forceShutdown` of grpc-js 1.14.7 cuts no connection. */
export class GrpcServer {
  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /** @throws EnvError when it cannot listen there */
  static async start({ host, port, credentials, handlers, maxStreams }: GrpcServerOptions): Promise<GrpcServer> {
    const server = new Server({
      'grpc.max_receive_message_length': MAX_MESSAGE,
      'grpc.max_send_message_length': MAX_MESSAGE,
      'grpc.max_concurrent_streams': maxStreams + MAX_CALLS,
      // A caller whose machine is gone says no goodbye.
      'grpc.keepalive_time_ms': 30_000,
      'grpc.keepalive_timeout_ms': 10_000,
    });
    server.addService(externalScalerService, handlers);
    return new GrpcServer(server, await listen(server, `${isIPv6(host) ? `[${host}]` : host}:${port}`, credentials));
  }

  /** Takes no new call, and resolves when those that are open have ended. The streams are the caller's to end. */
  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      const cut = setTimeout(() => this.server.forceShutdown(), STOP_MS);
      this.server.tryShutdown(() => {
        clearTimeout(cut);
        resolve();
      });
    });
  }
}

function listen(server: Server, address: string, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error) reject(new EnvError(`The environment is not usable:\n  KEDA_PORT: cannot listen on ${address}: ${error.message}`));
      else resolve(port);
    });
  });
}
