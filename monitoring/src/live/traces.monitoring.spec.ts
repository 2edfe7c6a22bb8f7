import { OtelCollector, type Receiver, type Stack, startReceiver, startStack, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
}

interface Traces {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[];
}

/** By way of what takes traces in production, which is stricter than a receiver of ours. */
describe("traces through OpenTelemetry's own collector", () => {
  let backend: Receiver;
  let service: Receiver;
  let collector: OtelCollector;
  let stack: Stack;

  beforeAll(async () => {
    [backend, service] = await Promise.all([startReceiver(), startReceiver()]);
    collector = await OtelCollector.start(backend.url);
    const env = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '50' };
    stack = await startStack({ env });
  }, 300_000);
  afterAll(async () => {
    await stack?.stop();
    await collector?.stop();
    await Promise.all([backend?.stop(), service?.stop()]);
  });

  const spans = () =>
    backend.requests
      .flatMap(({ body }) => (JSON.parse(body.toString()) as Traces).resourceSpans)
      .flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans))
      .filter(({ traceId }) => traceId === TRACE_ID);

  it('arrive whole: from the caller to the service that is called', async () => {
    const headers = {
      authorization: `Bearer ${stack.apiKey}`,
      'content-type': 'application/json',
      traceparent: `00-${TRACE_ID}-${CALLER}-01`,
    };
    const body = JSON.stringify({ name: 'http.request', payload: { method: 'GET', url: service.url } });
    await fetch(`${stack.url}/v1/jobs`, { method: 'POST', headers, body });
    await waitFor(() => spans().length >= 4, { timeoutMs: 30_000, describe: 'four spans' });
    const nameOf = (id: string) => spans().find(({ spanId }) => spanId === id)?.name ?? id;
    const told = spans().map(({ name, parentSpanId }) => `${name} < ${nameOf(parentSpanId)}`);
    expect(told.sort()).toEqual([
      'GET < process io',
      `POST /v1/jobs < ${CALLER}`,
      'add io.http.request < POST /v1/jobs',
      'process io < add io.http.request',
    ]);
    expect(service.requests[0]?.headers.traceparent).toContain(TRACE_ID);
  });
});
