import { LOGGER, type Logger, METRICS } from '@dts/runtime';
import { setLogger, status } from '@grpc/grpc-js';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter, Gauge } from 'prom-client';
import { SCALER_ENV, type ScalerEnv } from '../env.js';
import { ActivityStreams } from './activity-streams.js';
import type { CallObserver } from './answering.js';
import { serverCredentials, type TlsFiles } from './credentials.js';
import { ExternalScaler } from './external-scaler.js';
import { GrpcServer } from './grpc-server.js';
import { createHandlers } from './handlers.js';
import { POOL_SOURCE, type PoolSource } from './pool-source.js';

const BEAT_MS = 15_000;
const TLS_REFRESH_MS = 30_000;

/** A decision is stale after three that should have come since, and never within this many milliseconds. */
const MIN_STALE_MS = 15_000;

/** KEDA's external scaler, where KEDA_PORT asks for it. */
@Injectable()
export class Keda implements OnApplicationBootstrap, OnModuleDestroy {
  private server: GrpcServer | undefined;
  private readonly streams: ActivityStreams;

  constructor(
    @Inject(SCALER_ENV) private readonly env: ScalerEnv,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(POOL_SOURCE) private readonly source: PoolSource,
    @InjectMetric(METRICS.kedaCalls.name) private readonly calls: Counter,
    @InjectMetric(METRICS.kedaStreams.name) openStreams: Gauge,
  ) {
    this.streams = new ActivityStreams(source, { max: env.KEDA_STREAMS, beatMs: BEAT_MS }, (open) => openStreams.set(open));
  }

  async onApplicationBootstrap(): Promise<void> {
    const { KEDA_PORT: port, HOST: host, KEDA_STREAMS: maxStreams } = this.env;
    if (port === undefined) return;
    // It would write to the console itself.
    setLogger({ error: (message: string) => this.logger.warn(`gRPC: ${message}`) });
    const tls = tlsFiles(this.env);
    const credentials = await serverCredentials(tls, TLS_REFRESH_MS);
    this.server = await GrpcServer.start({ host, port, credentials, handlers: this.handlers(), maxStreams });
    this.logger.info({ host, port: this.server.port, tls: tls !== undefined }, 'KEDA is answered');
  }

  async onModuleDestroy(): Promise<void> {
    this.streams.endAll();
    await this.server?.stop();
  }

  private handlers() {
    const scaler = new ExternalScaler(this.source, Math.max(MIN_STALE_MS, 3 * this.env.SIGNAL_INTERVAL));
    const observer: CallObserver = {
      answered: (method, code) => this.calls.inc({ method, code: status[code] }),
      failed: (method, error) => this.logger.error({ err: error, method }, 'a call of KEDA failed'),
    };
    return createHandlers(scaler, this.streams, observer);
  }
}

function tlsFiles({ KEDA_TLS_CERT: cert, KEDA_TLS_KEY: key, KEDA_TLS_CA: ca }: ScalerEnv): TlsFiles | undefined {
  return cert !== undefined && key !== undefined ? { cert, key, ca } : undefined;
}
