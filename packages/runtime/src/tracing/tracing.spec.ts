import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { startCollector } from '../fixtures/collector.js';
import { startApp } from '../fixtures/start-app.js';
import { tracingEnvShape } from './tracing-env.js';

const ENV = { NEEDED: 'yes', PORT: '0', LOG_FORMAT: 'json', HOST: '127.0.0.1' };
/** Prints what the process loads. */
const TELL_LOADED = `import { registerHooks } from 'node:module';
registerHooks({ load(url, context, next) { process.stderr.write(url + '\\n'); return next(url, context); } });`;

async function run(env: Record<string, string>) {
  await using app = startApp({ ...ENV, ...env });
  await app.listening();
  app.process.kill('SIGTERM');
  return { code: await app.exited, ...app.output(), log: app.log() };
}

const parse = (env: Record<string, string>) => z.object(tracingEnvShape).safeParse(env);

describe('startTracing', () => {
  it('loads nothing of the SDK unless it is told to', async () => {
    const options = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(TELL_LOADED)}` };
    const off = await run(options);
    expect(off.stderr).toContain('@opentelemetry/api');
    expect(off.stderr).not.toMatch(/opentelemetry\/(sdk|core|exporter|otlp|context)/);
    expect(off.log.find(({ msg }) => msg === 'logged')).not.toHaveProperty('traceId');
    await using collector = await startCollector();
    const on = await run({ ...options, OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    expect(on.stderr).toMatch(/opentelemetry\/sdk-trace/);
  });

  it('delivers what was recorded before the process ends, with the headers that it is given, and lines tell their trace', async () => {
    await using collector = await startCollector();
    const { code, log } = await run({
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20s3cret, x-tenant=a',
      OTEL_BSP_SCHEDULE_DELAY: '3600000',
    });
    expect(code).toBe(0);
    expect(collector.sent).toMatchObject([{ path: '/v1/traces', headers: { authorization: 'Bearer s3cret', 'x-tenant': 'a' } }]);
    const [{ resource, scopeSpans } = { resource: { attributes: [] }, scopeSpans: [] }] = collector.sent[0]?.body.resourceSpans ?? [];
    expect(resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'dts-fixture' } });
    const span = scopeSpans[0]?.spans[0];
    expect(span?.name).toBe('start');
    expect(log.find(({ msg }) => msg === 'logged')).toMatchObject({ traceId: span?.traceId });
  });

  it('stops in order although nobody takes what was recorded, and says so', async () => {
    const { code, log } = await run({ OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
    expect(code).toBe(0);
    expect(log.map(({ msg }) => msg)).toContainEqual(expect.stringMatching(/^tracing: /));
  });

  it('records what the sampler says', async () => {
    await using collector = await startCollector();
    const on = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
    await run({ ...on, OTEL_TRACES_SAMPLER_ARG: '0' });
    await run({ ...on, OTEL_TRACES_SAMPLER: 'always_off' });
    expect(collector.sent).toEqual([]);
    await run({ ...on, OTEL_TRACES_SAMPLER: 'always_on', OTEL_TRACES_SAMPLER_ARG: '0' });
    expect(collector.sent).toHaveLength(1);
  });
});

describe('the environment of tracing', () => {
  it('is off unless it says something', () => {
    expect(parse({})).toMatchObject({ data: { OTEL_TRACES_EXPORTER: 'none', OTEL_TRACES_SAMPLER_ARG: 1, OTEL_EXPORTER_OTLP_HEADERS: {} } });
  });

  it.each([
    ['OTEL_TRACES_EXPORTER', 'jaeger'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', '127.0.0.1:4318'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'authorization'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a=%zz'],
    ['OTEL_TRACES_SAMPLER', 'sometimes'],
    ['OTEL_TRACES_SAMPLER_ARG', '2'],
    ['OTEL_BSP_SCHEDULE_DELAY', '0'],
  ])('refuses %s=%s', (name, value) => {
    expect(parse({ [name]: value }).error?.issues.map(({ path }) => path)).toEqual([[name]]);
  });
});
