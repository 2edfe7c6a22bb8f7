import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { context, DiagLogLevel, diag, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import { RepeatedLines } from '../repeated-lines.js';
import { installPropagation } from './propagation.js';
import type { TracingEnv } from './tracing-env.js';

/** Spans that wait for their delivery; those that come on top are dropped, whatever the collector does. */
const SPANS_KEPT = 8_192;
/** Milliseconds that one delivery, and the last one before the process ends, may take. */
const DELIVERY_MS = 5_000;
const LAST_DELIVERY_MS = 2_000;

/** OpenTelemetry's SDK, which costs time and memory to load: only by `startTracing`. */
export class TracingSdk {
  private readonly provider: TracerProvider;

  constructor(
    app: string,
    env: TracingEnv,
    private readonly logger: Logger,
  ) {
    reportFailures(logger);
    installPropagation();
    this.provider = new TracerProvider({
      resource: resourceFromAttributes({
        'service.name': `dts-${app}`,
        'service.instance.id': `${hostname()}:${process.pid}`,
        'host.name': hostname(),
        'process.pid': process.pid,
      }),
      sampler: samplerOf(env),
      spanProcessors: [
        new BatchSpanProcessor({
          exporter: new OTLPTraceExporter({
            url: `${env.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/$/, '')}/v1/traces`,
            headers: env.OTEL_EXPORTER_OTLP_HEADERS,
            timeoutMillis: DELIVERY_MS,
          }),
          maxQueueSize: SPANS_KEPT,
          scheduledDelayMillis: env.OTEL_BSP_SCHEDULE_DELAY,
          exportTimeoutMillis: DELIVERY_MS,
        }),
      ],
    });
    trace.setGlobalTracerProvider(this.provider);
  }

  /** Delivers what was recorded, or gives up soon. */
  async stop(): Promise<void> {
    const patience = new AbortController();
    const late = delay(LAST_DELIVERY_MS, 'late', { signal: patience.signal });
    late.catch(() => undefined); // not waited for any more
    try {
      // A collector that is gone must not turn an orderly stop into a failure.
      if ((await Promise.race([this.provider.shutdown(), late])) === 'late') throw new Error(`not within ${LAST_DELIVERY_MS} ms`);
    } catch (error) {
      this.logger.warn(`tracing: what was recorded last was not delivered: ${String(error)}`);
    } finally {
      patience.abort();
    }
  }
}

/**
 * In the app's own log: a collector that cannot be reached is no reason to fail, but one to tell. Not of every delivery, of
 * which there may be several a second, nor as a part of the trace that happened to be under way.
 */
function reportFailures(logger: Logger): void {
  const lines = new RepeatedLines((line) => context.with(ROOT_CONTEXT, () => logger.warn(line)));
  const warn = (message: string) => lines.tell(`tracing: ${toReason(message)}`);
  const ignore = () => undefined;
  diag.setLogger({ error: warn, warn, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.WARN);
}

/** OpenTelemetry tells an error as JSON, with where in its code it was. */
function toReason(message: string): string {
  try {
    const { message: reason } = JSON.parse(message) as { readonly message?: unknown };
    return typeof reason === 'string' ? `traces are not delivered: ${reason}` : message;
  } catch {
    return message;
  }
}

function samplerOf({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: ratio }: TracingEnv): Sampler {
  const root = rootSampler(name, ratio);
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}

function rootSampler(name: TracingEnv['OTEL_TRACES_SAMPLER'], ratio: number): Sampler {
  if (name.endsWith('always_on')) return new AlwaysOnSampler();
  return name.endsWith('always_off') ? new AlwaysOffSampler() : new TraceIdRatioBasedSampler(ratio);
}
