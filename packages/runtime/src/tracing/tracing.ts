import type { Logger } from 'pino';
import { isTracing, type TracingEnv } from './tracing-env.js';

/** What records traces in this process. */
export interface Tracing {
  /** Delivers what was recorded, or gives up soon. */
  stop(): Promise<void>;
}

/**
 * Records and delivers traces from now on, if the environment says so. Otherwise OpenTelemetry's API does nothing, and its
 * SDK is not even loaded.
 * @param app becomes `service.name`
 */
export async function startTracing(app: string, env: TracingEnv, logger: Logger): Promise<Tracing | undefined> {
  if (!isTracing(env)) return undefined;
  const { TracingSdk } = await import('./tracing-sdk.js');
  return new TracingSdk(app, env, logger);
}

/** Lets a process that records nothing hand on the traces that it is told of. */
export async function startPropagation(): Promise<void> {
  const { installPropagation } = await import('./propagation.js');
  installPropagation();
}
