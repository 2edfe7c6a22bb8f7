import { startPropagation } from '@dts/runtime';
import { context, propagation, ROOT_CONTEXT } from '@opentelemetry/api';

let started: Promise<void> | undefined;

/** Runs as a part of a trace, so that requests which go out from here carry it on. What runs here is recorded outside. */
export async function withinTrace<T>(trace: string | undefined, run: () => Promise<T>): Promise<T> {
  if (trace === undefined) return run();
  started ??= startPropagation();
  await started;
  return context.with(propagation.extract(ROOT_CONTEXT, JSON.parse(trace)), run);
}
