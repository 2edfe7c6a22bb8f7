import { provideRedis } from './run-redis.js';

/** Jest calls it once before the first test of a run. */
export default function globalSetup(): Promise<void> {
  return provideRedis();
}
