import { z } from 'zod';

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/** By OpenTelemetry's own names: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ */
export const tracingEnvShape = {
  /** `otlp` sends traces to a collector; with `none` nothing is traced, and nothing loaded for it. */
  OTEL_TRACES_EXPORTER: z.enum(['none', 'otlp']).default('none'),
  /** Of a collector that takes OTLP over HTTP as JSON; `/v1/traces` is appended. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL, without /v1/traces' })
    .default('http://127.0.0.1:4318'),
  /** Headers for the collector, such as `authorization=Bearer%20secret,x-tenant=a`; values are percent-encoded. */
  OTEL_EXPORTER_OTLP_HEADERS: z.string().optional().transform(toHeaders),
  /** Which traces are recorded. With `parentbased_…` that is up to the caller, where its request names a trace. */
  OTEL_TRACES_SAMPLER: z.enum(SAMPLERS).default('parentbased_traceidratio'),
  /** For `…traceidratio`: the part of traces that is recorded, from 0 to 1. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
  /** Milliseconds between two deliveries to the collector. */
  OTEL_BSP_SCHEDULE_DELAY: z.coerce.number().int().min(1).max(3_600_000).default(5_000),
};

const tracingEnv = z.object(tracingEnvShape);

export type TracingEnv = z.output<typeof tracingEnv>;

export function isTracing({ OTEL_TRACES_EXPORTER }: TracingEnv): boolean {
  return OTEL_TRACES_EXPORTER !== 'none';
}

function toHeaders(text: string | undefined, context: z.RefinementCtx): Record<string, string> {
  const pairs = (text ?? '').split(',').filter((pair) => pair.trim() !== '');
  try {
    return Object.fromEntries(pairs.map(toHeader));
  } catch {
    context.addIssue({ code: 'custom', message: 'must list name=value, with commas between them and values percent-encoded' });
    return z.NEVER;
  }
}

function toHeader(pair: string): [string, string] {
  const [, name = '', value = ''] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
  if (name === '') throw new Error('no header');
  return [name, decodeURIComponent(value)];
}
