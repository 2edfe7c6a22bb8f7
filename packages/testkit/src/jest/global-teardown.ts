import { stopProvidedRedis } from './run-redis.js';

const EXIT_GRACE_MS = 2_000;

/** Jest calls it once after the last test of a run. */
export default async function globalTeardown(run: { readonly watch: boolean; readonly watchAll: boolean }): Promise<void> {
  await stopProvidedRedis();
  // What a suite left behind has failed it already; it must not keep Jest from ending, too. Jest's exit code stands.
  if (!run.watch && !run.watchAll) setTimeout(() => process.exit(), EXIT_GRACE_MS).unref();
}
