import { type Receiver, startReceiver, waitFor } from '@dts/testkit';

type Value = { readonly stringValue?: string; readonly intValue?: number; readonly boolValue?: boolean };

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly { readonly key: string; readonly value: Value }[];
  readonly events?: readonly unknown[];
  readonly status: { readonly code?: number };
}

interface OtlpRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: OtlpSpan['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

export interface TracedSpan extends Omit<OtlpSpan, 'attributes'> {
  readonly service: unknown;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A collector of traces as OTLP over HTTP describes it, which keeps what it is sent. */
export class Collector {
  private constructor(private readonly receiver: Receiver) {}

  static async start(): Promise<Collector> {
    return new Collector(await startReceiver());
  }

  /** With this an app traces, and delivers at once. */
  get env(): Record<string, string> {
    return { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: this.receiver.url, OTEL_BSP_SCHEDULE_DELAY: '50' };
  }

  /** All that was sent, as text. */
  get text(): string {
    return this.receiver.requests.map(({ body }) => body.toString()).join('\n');
  }

  spansOf(traceId: string): TracedSpan[] {
    return this.spans().filter((span) => span.traceId === traceId);
  }

  spans(): TracedSpan[] {
    return this.receiver.requests
      .filter(({ path }) => path === '/v1/traces')
      .flatMap(({ body }) => (JSON.parse(body.toString()) as OtlpRequest).resourceSpans)
      .flatMap(({ resource, scopeSpans }) => {
        const service = toRecord(resource.attributes)['service.name'];
        return scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, service, attributes: toRecord(span.attributes) })));
      });
  }

  /** Those of a trace, once there are so many. */
  untilSpans(traceId: string, count: number): Promise<TracedSpan[]> {
    return waitFor(
      () => {
        const spans = this.spansOf(traceId);
        return spans.length >= count && spans;
      },
      { timeoutMs: 15_000, describe: `${count} spans` },
    );
  }

  stop(): Promise<void> {
    return this.receiver.stop();
  }
}

function toRecord(attributes: OtlpSpan['attributes']): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
